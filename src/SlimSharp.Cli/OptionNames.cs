using System.Text.RegularExpressions;
using SlimSharp.Data;

namespace SlimSharp.Cli;

/// <summary>
/// The options that set the properties which the libraries name in their sentences, as in PlanOptions.Keep, or with a
/// value PlanOptions.Criterion = l1. Libraries know no options; here, and nowhere else, theirs become ours.
/// </summary>
internal static partial class OptionNames
{
    /// <summary>What is typed in place of each property or method.</summary>
    internal static IReadOnlyDictionary<string, string> All { get; } =
        new Dictionary<string, string>
        {
            ["DataOptions.Channels"] = "--channels",
            ["DataOptions.Pad"] = "--pad",
            ["DataOptions.Path"] = "--data",
            ["DataOptions.Range"] = "--range",
            ["DataOptions.Records"] = "--records",
            ["DataOptions.Size"] = "--size",
            ["DataOptions.Test"] = "--test",
            ["DataOptions.Unlabelled"] = "--no-labels",
            ["DataOptions.Validation"] = "--validation",
            ["DataSource.All"] = "'slim data'",
            ["FlowOptions.Curvature"] = "flow:curvature",
            ["FlowOptions.Length"] = "flow:length",
            ["FlowOptions.Nodes"] = "flow:nodes",
            ["FlowOptions.WarmUp"] = "flow:warmup",
            ["LatencyGoal.Batch"] = "--batch",
            ["LatencyGoal.Milliseconds"] = "--latency",
            ["LatencyGoal.Speedup"] = "--speedup",
            ["LatencyGoal.Threads"] = "--threads",
            ["LatencyTables.EvenIfBusy"] = "--even-if-busy",
            ["LatencyTables.For"] = "'slim bench layers'",
            ["LatencyTables.Request"] = "'slim bench layers … --request --out FILE'",
            ["PruningOptions.Candidates"] = "--candidates",
            ["PruningOptions.Control"] = "--control",
            ["PruningOptions.Images"] = "--images",
            ["PruningOptions.Recalibrate"] = "--recalibrate",
            ["PruningOptions.WithOptimizer"] = "--with-optimizer",
            ["RoundTargets.Until"] = "--gone",
            ["RunOptions.Device"] = "--device",
            ["RunOptions.From"] = "'slim retrain FILE'",
            ["RunOptions.FromScratch"] = "--scratch epochs",
            ["RunOptions.Model"] = "--model",
            ["RunOptions.Normalization"] =
                $"--normalization ({string.Join(", ", NormalizationKind.All.Select(k => k.Name))}), or --mean and --deviation",
            ["RunOptions.Regularizers"] = "--regularizer",
            ["RunOptions.Without"] = "--without",
            ["TrainingOptions.Accumulate"] = "--accumulate",
            ["TrainingOptions.Augmentation"] = "--augment",
            ["TrainingOptions.BatchSize"] = "--batch",
            ["TrainingOptions.ClipNorm"] = "--clip",
            ["TrainingOptions.Epochs"] = "--epochs",
            ["TrainingOptions.KeepBest"] = "--keep best",
            ["TrainingOptions.LabelSmoothing"] = "--label-smoothing",
            ["LearningRate.Begin"] = "--rewind",
            ["LearningRate.Initial"] = "--lr",
            ["LearningRate.WarmUp"] = "--warmup",
            ["StepDecay.HundredthFrom"] = "--steps",
            ["StepDecay.TenthFrom"] = "--steps",
            ["Sgd.WeightDecay"] = "--weight-decay",
            ["AdamW.WeightDecay"] = "--weight-decay",
            ["Sgd.Momentum"] = "--momentum",
            ["Augmentation.Pad"] = "--augment",
            ["Threads.Count"] = "--threads",
            ["SteeringOptions.AccuracyBand"] = "--accuracy-band",
            ["SteeringOptions.Factor"] = "factor of --regularizer steering",
            ["SteeringOptions.TargetMacs"] = "--target-macs",
            ["VariationalOptions.Deviation"] = "--sigma",
            ["VariationalOptions.Rate"] = "--sigma-lr",
            ["VariationalOptions.WarmUp"] = "--kl-warmup",
            ["VariationalOptions.Weight"] = "--kl-weight",
            ["PlanOptions.Constants"] = "--constants",
            ["PlanOptions.Criterion"] = "--criterion",
            ["PlanOptions.DropShifts"] = "--drop-shifts",
            ["PlanOptions.EmptyBlocks"] = "--empty-blocks",
            ["PlanOptions.GroupNormScales"] = "--group-norm",
            ["PlanOptions.Keep"] = "--keep",
            ["PlanOptions.MinChannels"] = "--min-channels",
            ["PlanOptions.Cap"] = "--cap",
            ["PlanOptions.Normalized"] = "--normalized",
            ["PlanOptions.Trunk"] = "--trunk",
            ["PlanTarget.Below"] = "--below",
            ["PlanTarget.Channels"] = "--layer-widths",
            ["PlanTarget.Ratio"] = "--ratio",
            ["PlanTarget.Ratio.PerLayer"] = "--per-layer",
            ["PlanTarget.Zeros"] = "--zeros",
            ["Network.WithGroupNormScales"] = "--group-norm",
            ["Recalibration.Run"] = "--recalibrate",
            ["ScaleRestoration.Run"] = "slim import --restore-batchnorm",
            ["SlimFile.Normalization"] = "--normalization, or --mean and --deviation",
            ["Verification.Of"] = "--against ORIGINAL",
            ["LatencyProbe.Measure"] = "'slim bench layers'",
            ["KubernetesJob.Mount"] = "--mount",
            ["SlurmScript.For"] = "--dry-run",
            ["SweepFolder.Create"] = "'slim sweep plan FILE --out DIR'",
        };

    /// <summary>The text with options in place of properties.</summary>
    internal static string In(string text)
    {
        text = Downloadable().Replace(text, "slim data --download $1 --out DIR");
        text = Resumed().Replace(text, "--resume $1");
        text = Memory().Replace(text, $"--memory $1, or the environment variable {ReadBudget.Variable}");
        return Properties()
            .Replace(
                text,
                named =>
                    !All.TryGetValue(named.Groups["name"].Value, out var option) ? named.Value
                    : !named.Groups["set"].Success ? option
                    : named.Groups["minus"].Success ? $"{option}=" // a value that begins like an option
                    : $"{option} "
            );
    }

    [GeneratedRegex(@"(?<![\w./'\\-])(?<name>[A-Z]\w+(\.[A-Z]\w+)+)(?<set> = (?=(?<minus>-)?))?")]
    private static partial Regex Properties();

    [GeneratedRegex(@"Downloads\.All ([\w|-]+)")]
    private static partial Regex Downloadable();

    [GeneratedRegex(@"TrainingRun\.Open\(""(.*?)""\)")]
    private static partial Regex Resumed();

    [GeneratedRegex(ReadBudget.Variable + @"=(\w+) in the environment")]
    private static partial Regex Memory();
}
