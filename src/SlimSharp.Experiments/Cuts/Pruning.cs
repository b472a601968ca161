using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// A cut of a trained file: first planned, then carried out under a certificate and written, with what it did to
/// accuracy.
/// </summary>
public sealed class Pruning : IDisposable
{
    private readonly string _path;
    private readonly SlimFile _file;
    private readonly Journal _journal;
    private readonly Model _model;
    private readonly CutImages _data;

    /// <summary>Prepares a cut.</summary>
    /// <param name="path">The path of the file that is cut.</param>
    /// <param name="file">That file, which remains the caller's.</param>
    /// <param name="data">Where images are; null for those of the file's own data, if they are still there.</param>
    /// <param name="journal">What is told; null for nobody.</param>
    /// <param name="stop">Stops what computes on images.</param>
    /// <exception cref="SlimSharpException">
    /// The images that were given cannot be read, or are not those that the network takes.
    /// </exception>
    public Pruning(
        string path,
        SlimFile file,
        DataOptions? data = null,
        Journal? journal = null,
        CancellationToken stop = default
    )
    {
        (_path, _file, _journal) = (path, file, journal ?? Journal.Silent);
        _data = new(_journal, file, data, stop);
        _model = _file.ToModel();
    }

    /// <summary>Decides what is cut.</summary>
    /// <exception cref="SlimSharpException">That cannot be reached, or needs images that are not there.</exception>
    public PlannedCut Plan(PruningOptions options)
    {
        options.Check();
        var evidence = CriterionKind
            .Of(options.Plan)
            .Measure?.Invoke(
                _model,
                _data.Train($"PlanOptions.Criterion = {options.Plan.Criterion}"),
                _file.Normalization!,
                options.Images
            );
        if (options.TargetOf is { } targetOf)
        {
            var judged = Planner.Plan(_model, options.Plan with { Target = new PlanTarget.Ratio(0) }, evidence).Scales;
            options = options with { Plan = options.Plan with { Target = targetOf(judged) } };
        }
        var latency = options.Latency is { } goal
            ? new LatencyPlanning(goal, _model, _journal).Plan(options.Plan, evidence)
            : null;
        var plan = latency?.Plan ?? Planner.Plan(_model, options.Plan, evidence);
        CutCandidate[] candidates = options.Candidates > 1 ? [.. Try(plan, options, evidence)] : [];
        if (candidates.Length > 0)
            plan = candidates.MaxBy(c => c.Recalibrated)!.Plan;
        var cut = new PlannedCut(options, options.Control is { } kind ? Control(plan, kind, evidence) : plan)
        {
            Latency = latency,
            Candidates = [.. candidates],
            ControlOf = options.Control is null ? null : plan,
        };
        _journal.Planned(cut);
        return cut;
    }

    /// <summary>Cuts, certifies, measures, and writes the cut network.</summary>
    /// <param name="cut">What to cut.</param>
    /// <param name="target">The path of the file to write.</param>
    /// <exception cref="ExperimentException">It would be written over the file that is cut.</exception>
    /// <exception cref="SlimSharpException">The certificate does not hold, or images are missing.</exception>
    public PrunedModel Cut(PlannedCut cut, string target)
    {
        if (OutputPath.AreSame(_path, target))
            throw new ExperimentException($"'{target}' is the file that is cut; choose another name.");
        var options = cut.Options;
        using var memory = options.WithOptimizer ? CutFile.Memory(_path, _file) : null;
        using var result = Surgeon.Apply(_model, cut.Plan, _file.Probe?.Inputs);
        var (before, after) = (_data.Score(_model), _data.Score(result.Model));
        var images = options.Recalibrate || options.Candidates > 1 ? Recalibrate(result.Model, options.Images) : 0;
        var recalibrated = images > 0 ? _data.Score(result.Model) : null;
        var bytes = CutFile.Save(target, _file, result, CutSettings.Of(options), memory);
        var pruned = new PrunedModel(target, bytes, cut, result.Certificate, result.Constants)
        {
            Before = before,
            After = after,
            Recalibrated = recalibrated,
            RecalibrationImages = images,
            WhyNoScore = before is null ? _data.Missing : null,
        };
        _journal.Pruned(pruned);
        return pruned;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _model.Dispose();

    // The images that it took; none where there is no BatchNorm.
    private int Recalibrate(Model model, int images)
    {
        if (!model.Network.BatchNorms.Any())
            return 0;
        var train = _data.Train("PruningOptions.Recalibrate");
        Recalibration.Run(model, train, _file.Normalization!, images);
        return Math.Min(images, train.Count);
    }

    // Plans that weigh layers differently, that as asked for first.
    private IEnumerable<CutCandidate> Try(SlimmingPlan plan, PruningOptions options, Evidence? evidence)
    {
        var train = _data.Train("PruningOptions.Candidates");
        if (_data.Missing is { } reason)
            throw new ExperimentException($"PruningOptions.Candidates needs an accuracy to choose by: {reason}.");
        var others = Enumerable
            .Range(1, options.Candidates - 1)
            .Select(i => Planner.Plan(_model, plan.Options with { Jitter = plan.Options.Seed + i }, evidence));
        foreach (var candidate in others.Prepend(plan))
        {
            using var cut = Surgeon.Apply(_model, candidate, _file.Probe?.Inputs);
            var before = _data.Score(cut.Model)!.Accuracy;
            Recalibration.Run(cut.Model, train, _file.Normalization!, options.Images);
            var after = _data.Score(cut.Model)!.Accuracy;
            yield return new(candidate, NetworkCost.Of(cut.Model.Network), before, after);
        }
    }

    private SlimmingPlan Control(SlimmingPlan plan, CutControl kind, Evidence? evidence) =>
        kind switch
        {
            CutControl.Random => RandomControl.Like(plan, plan.Options.Seed),
            CutControl.Uniform => UniformControl.Like(_model, plan, evidence),
            _ => Planner.Plan(
                _model,
                plan.Options with
                {
                    Criterion = "l1",
                    Target = new PlanTarget.Macs(
                        (double)NetworkCost.Of(plan.Target()).Macs / NetworkCost.Of(plan.Source).Macs
                    ),
                    EmptyBlocks = false,
                    DropShifts = false,
                }
            ),
        };
}
