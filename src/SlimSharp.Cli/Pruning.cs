using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>
/// One cut of a file: plan, controls, candidates, surgery, recalibration, and what all of it did to accuracy.
/// </summary>
internal sealed class Pruning : IDisposable
{
    /// <summary>Training images to measure on, unless said otherwise.</summary>
    internal const int Images = 2048;

    private readonly Screen _screen;
    private readonly string _path;
    private readonly string _target;
    private readonly int _images;
    private readonly SlimFile _file;
    private readonly Model _model;
    private readonly CutImages _data;

    /// <param name="screen">Where progress is shown.</param>
    /// <param name="path">The path of the file that is cut.</param>
    /// <param name="file">That file, which remains the caller's.</param>
    /// <param name="target">The path of the file to write.</param>
    /// <param name="images">Training images to measure on.</param>
    /// <param name="data">Where images are; null for those of the file's own data.</param>
    /// <param name="stop">Stops what computes on images.</param>
    internal Pruning(
        Screen screen,
        string path,
        SlimFile file,
        string target,
        int images,
        DataOptions? data,
        CancellationToken stop = default
    )
    {
        if (Path.GetFullPath(path) == Path.GetFullPath(target))
            throw new UsageException($"--out {target} would write over the file that is cut; choose another name.");
        (_screen, _path, _file, _target, _images) = (screen, path, file, target, images);
        _data = new(screen, file, data, stop);
        _model = _file.ToModel();
    }

    /// <summary>What a cut file's plan warned of.</summary>
    internal static ImmutableArray<RunWarning> Warnings(SlimFile file) =>
        [.. (file.Plan?.Warnings ?? []).Select(w => new RunWarning(w.Kind, OptionNames.In(w.Text)))];

    // What was asked for is kept with the cut; in a round of several it is not what the round cuts by.
    internal int Run(
        PlanOptions options,
        PlanOptions? asked = null,
        LatencyGoal? goal = null,
        int candidates = 1,
        string? control = null,
        bool recalibrate = false,
        bool planOnly = false,
        bool withOptimizer = false
    )
    {
        using var memory = withOptimizer ? Cutting.Memory(_path, _file) : null;
        var (plan, miss) = Plan(options, goal, candidates, control);
        _screen.Say(plan.Explain());
        if (planOnly)
        {
            _screen.Emit(new() { ["plan"] = JsonNode.Parse(plan.ToJson()) });
            return ExitCode.Done;
        }
        using var cut = Cut(plan);
        _screen.Say(cut.Constants);
        _screen.Say(
            $"Certificate: structure {Words.Number(cut.Certificate.StructureDifference, "G2")}, function {Words.Number(cut.Certificate.FunctionDifference, "G2")} of the largest output (float64); {Words.Number(cut.Certificate.FunctionDifference32, "G2")} in float32."
        );
        var (before, after) = (_data.Score(_model), _data.Score(cut.Model));
        _screen.Say(
            before is null
                ? $"Accuracy was not measured: {_data.Missing}."
                : $"Accuracy on {before.Count} validation images: {Words.Percent(before.Accuracy, 2)} before, {Words.Percent(after!.Accuracy, 2)} after the cut, without retraining."
        );
        Score? recalibrated = null;
        if (recalibrate || candidates > 1)
            recalibrated = Recalibrate(cut.Model);
        var settings = CutSettings.Of(asked ?? options, goal);
        if (control is not null)
            settings["control"] = control;
        if (candidates > 1)
            settings["candidates"] = $"{candidates}";
        if (recalibrate)
            settings["recalibrate"] = "true";
        var size = Cutting.Save(_target, _file, cut, settings, memory);
        _screen.Say($"{_target} ({Words.Size(size)}). Retrain with: slim retrain {_target} --out DIR");
        Emit(plan, cut.Certificate, before, after, recalibrated);
        return miss > LatencyPlanning.Tolerance ? ExitCode.Missed : ExitCode.Done;
    }

    // With how far a latency was missed, where one was asked for and measured.
    private (SlimmingPlan Plan, double? Miss) Plan(
        PlanOptions options,
        LatencyGoal? goal,
        int candidates,
        string? control
    )
    {
        var evidence = CriterionKind
            .Of(options)
            .Measure?.Invoke(_model, _data.Train($"--criterion {options.Criterion}"), _file.Normalization!, _images);
        var (plan, miss) = goal is null
            ? (Planner.Plan(_model, options, evidence), null)
            : new LatencyPlanning(_screen, goal, _model).Plan(options, evidence);
        if (candidates > 1)
            plan = Choose(plan, candidates, evidence);
        if (control is not null)
            plan = Control(plan, control, evidence);
        return (plan, miss);
    }

    private void Emit(SlimmingPlan plan, Certificate certificate, Score? before, Score? after, Score? recalibrated) =>
        _screen.Emit(
            new()
            {
                ["file"] = _target,
                ["parameters"] = certificate.Parameters,
                ["macs"] = certificate.Macs,
                ["structureDifference"] = certificate.StructureDifference,
                ["functionDifference"] = certificate.FunctionDifference,
                ["accuracyBefore"] = before?.Accuracy,
                ["accuracyAfter"] = after?.Accuracy,
                ["accuracyRecalibrated"] = recalibrated?.Accuracy,
                ["whyNoAccuracy"] = before is null ? _data.Missing : null,
                ["warnings"] = new JsonArray([.. plan.Warnings.Select(w => (JsonNode)w.Text)]),
                ["warningKinds"] = new JsonArray([.. plan.Warnings.Select(w => (JsonNode)w.Kind)]),
            }
        );

    public void Dispose() => _model.Dispose();

    private Score? Recalibrate(Model model)
    {
        if (!model.Network.BatchNorms.Any())
        {
            _screen.Say("Nothing to recalibrate: this network has no BatchNorm, whose statistics would be taken anew.");
            return null;
        }
        var train = _data.Train("--recalibrate");
        Recalibration.Run(model, train, _file.Normalization!, _images);
        var score = _data.Score(model);
        if (score is not null)
            _screen.Say(
                $"With BatchNorm statistics of {Math.Min(_images, train.Count)} training images taken anew: {Words.Percent(score.Accuracy, 2)}."
            );
        return score;
    }

    private SurgeryResult Cut(SlimmingPlan plan) => Surgeon.Apply(_model, plan, _file.Probe?.Inputs);

    // Of plans that weigh layers differently, that whose cut network does best once its statistics are its own (Li et
    // al., ECCV 2020).
    private SlimmingPlan Choose(SlimmingPlan plan, int count, Evidence? evidence)
    {
        var train = _data.Train("--candidates");
        if (_data.Missing is { } reason)
            throw new UsageException($"--candidates needs an accuracy to choose by: {reason}.");
        SlimmingPlan[] plans =
        [
            plan,
            .. Enumerable
                .Range(1, count - 1)
                .Select(i => Planner.Plan(_model, plan.Options with { Jitter = plan.Options.Seed + i }, evidence)),
        ];
        var rows = new List<(SlimmingPlan Plan, double Cut, double Recalibrated, NetworkCost Cost)>();
        foreach (var candidate in plans)
        {
            using var cut = Cut(candidate);
            var before = _data.Score(cut.Model)!.Accuracy;
            Recalibration.Run(cut.Model, train, _file.Normalization!, _images);
            rows.Add((candidate, before, _data.Score(cut.Model)!.Accuracy, NetworkCost.Of(cut.Model.Network)));
        }
        _screen.Table(
            "Candidates:",
            ["", "parameters", "MACs", "cut", "recalibrated"],
            rows.Select(
                (r, i) =>
                    (IReadOnlyList<string>)
                        [
                            i == 0 ? "as asked for" : $"layers weighed by seed {r.Plan.Options.Jitter}",
                            Words.Count(r.Cost.Parameters),
                            Words.Count(r.Cost.Macs),
                            Words.Percent(r.Cut, 2),
                            Words.Percent(r.Recalibrated, 2),
                        ]
            )
        );
        return rows.MaxBy(r => r.Recalibrated).Plan;
    }

    private SlimmingPlan Control(SlimmingPlan plan, string control, Evidence? evidence)
    {
        var macs = NetworkCost.Of(plan.Target()).Macs;
        var made = control switch
        {
            "random" => RandomControl.Like(plan, plan.Options.Seed),
            "uniform" => UniformControl.Like(_model, plan, evidence),
            _ => Planner.Plan(
                _model,
                plan.Options with
                {
                    Criterion = "l1",
                    Target = new PlanTarget.Macs((double)macs / NetworkCost.Of(plan.Source).Macs),
                    EmptyBlocks = false,
                    DropShifts = false,
                }
            ),
        };
        _screen.Say(
            $"Control: {control}, {Words.Count(NetworkCost.Of(made.Target()).Macs)} MACs in place of {Words.Count(macs)}."
        );
        return made;
    }
}
