using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// Methods side by side: each is trained, cut to the same multiply-adds and retrained, over the same seeds, and so are
/// the aids and controls on one of them. Runs are folders; what is done already is read.
/// </summary>
/// <param name="folder">The folder of the runs and of the table.</param>
/// <param name="training">
/// A training without regularisers; it says the network, the images, epochs, threads and device.
/// </param>
/// <param name="macs">The share of multiply-adds that every cut leaves at most.</param>
/// <param name="journal">What is told; null for nobody.</param>
public sealed class Comparison(string folder, RunOptions training, double macs, Journal? journal = null)
{
    private const string Dense = "dense";
    private const string Base = "prox tl1"; // what aids and controls are tried on

    private readonly Journal _journal = journal ?? Journal.Silent;

    /// <summary>The table, in Markdown: means over seeds and their standard deviations.</summary>
    public string TableFile => Path.Combine(folder, "methods.md");

    /// <summary>
    /// Trains what is to be trained, writes the table, and returns what each seed of each row measured.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was stopped; it goes on when it is run again.</exception>
    /// <exception cref="SlimSharpException">Images or networks do not fit.</exception>
    public IReadOnlyList<ComparisonRow> Run(int seeds, CancellationToken stop = default)
    {
        var data = DataSource.Read(training.Data with { Cancellation = stop });
        if (data.Test is null)
            throw new ExperimentException(
                $"A comparison is measured on test images, and there are none in '{training.Data.Path}'; give DataOptions.Test a share above 0."
            );
        var rows = new List<ComparisonRow>();
        for (var seed = 0; seed < seeds; seed++)
        {
            foreach (var (name, options) in Trainings(seed))
                rows.Add(Measure(name, seed, options, data, stop));
            foreach (var variant in Variants())
                rows.Add(Measure(variant, seed, data, stop));
        }
        RunFolder.Write(TableFile, ComparisonRow.Table(rows));
        return rows;
    }

    private IEnumerable<(string Name, RunOptions Options)> Trainings(int seed)
    {
        var plain = Options(seed);
        yield return (Dense, plain);
        yield return ("subgradient l1", plain.With("subgradient:penalty=l1,lambda=2e-3"));
        yield return ("subgradient tl1", plain.With("subgradient:penalty=tl1:a=1,lambda=2e-3"));
        yield return ("prox l1", plain.With("prox:penalty=l1,lambda=2e-3"));
        yield return (Base, plain.With("prox:penalty=tl1:a=1,lambda=2e-3"));
        yield return ("prox mcp", plain.With("prox:penalty=mcp:knee=0.75,lambda=2e-3"));
        yield return ("splitting l1", plain.With("splitting:penalty=l1,lambda=0.2,beta=100"));
        yield return (
            "prox tl1, λ steered",
            plain.With("prox:penalty=tl1:a=1", FormattableString.Invariant($"steering:target-macs={macs}"))
        );
        yield return ("variational", plain.With("variational:rate=0.003,weight=0.01,warmup=0.25"));
    }

    // What may be done with the base instead of cutting by scales and retraining.
    private IEnumerable<Variant> Variants()
    {
        static SlimmingPlan Same(Model model, SlimmingPlan plan) => plan;
        static RunOptions Plainly(RunOptions options, double left) => options;
        yield return new(
            "with a teacher",
            Same,
            (o, _) => o.With($"distillation:teacher={InRun(Dense, (int)o.Training.Seed)}")
        );
        yield return new(
            "schedule from its middle",
            Same,
            (o, _) => Change(o, t => t with { LearningRate = t.LearningRate with { Begin = 0.5 } })
        );
        yield return new("from scratch, same epochs", Same, (o, _) => o.WithNewWeights());
        yield return new("from scratch, same budget", Same, (o, left) => o.WithNewWeights(left));
        yield return new("uniform widths", (model, plan) => UniformControl.Like(model, plan), Plainly);
        yield return new("random channels", (_, plan) => RandomControl.Like(plan, 1), Plainly);
        yield return new(
            "smallest weights",
            (model, _) => Planner.Plan(model, new() { Target = new PlanTarget.Macs(macs), Criterion = "l1" }),
            Plainly
        );
    }

    private ComparisonRow Measure(string name, int seed, RunOptions options, TrainAndTest data, CancellationToken stop)
    {
        using var trained = Train(name, seed, options, stop);
        using var model = trained.ToModel();
        var scales = Scales.Absolute(trained.Network, trained.Weights);
        var row = new ComparisonRow(name)
        {
            Trained = Evaluation.Of(model, data.Test!, trained.Normalization!, stop).Accuracy,
            Zero = (double)scales.Count(s => s == 0) / scales.Length,
            Seconds = Seconds(name, seed),
            Cost = NetworkCost.Of(trained.Network),
        };
        return name == Dense
            ? row
            : Cut(row, seed, trained, model, new("", (_, plan) => plan, (o, _) => o), data, stop);
    }

    private ComparisonRow Measure(Variant variant, int seed, TrainAndTest data, CancellationToken stop)
    {
        using var trained = SlimFile.Load(InRun(Base, seed));
        using var model = trained.ToModel();
        var row = new ComparisonRow($"{Base}: {variant.Name}") { Cost = NetworkCost.Of(trained.Network) };
        return Cut(row, seed, trained, model, variant, data, stop);
    }

    private ComparisonRow Cut(
        ComparisonRow row,
        int seed,
        SlimFile trained,
        Model model,
        Variant variant,
        TrainAndTest data,
        CancellationToken stop
    )
    {
        var test = data.Test!;
        var plan = variant.Plan(model, Planner.Plan(model, new() { Target = new PlanTarget.Macs(macs) }));
        using var cut = Surgeon.Apply(model, plan, trained.Probe!.Inputs);
        var file = Path.Combine(folder, $"{row.Name} {seed}.slim");
        CutFile.Save(file, trained, cut, CutSettings.Of(new PlanOptions { Target = new PlanTarget.Macs(macs) }));
        var cost = NetworkCost.Of(cut.Model.Network);
        var before = Evaluation.Of(cut.Model, test, trained.Normalization!, stop).Accuracy;
        Recalibration.Run(cut.Model, data.Train!, trained.Normalization!);
        var recalibrated = Evaluation.Of(cut.Model, test, trained.Normalization!, stop).Accuracy;
        var name = $"{row.Name}, retrained";
        var options = Options(seed) with { Command = "retrain", Model = null, From = file };
        var left = (double)cost.Macs / NetworkCost.Of(trained.Network).Macs;
        using var retrained = Train(name, seed, variant.Training(options, left), stop);
        using var small = retrained.ToModel();
        return row with
        {
            Cut = before,
            Recalibrated = recalibrated,
            Retrained = Evaluation.Of(small, test, retrained.Normalization!, stop).Accuracy,
            RetrainingSeconds = Seconds(name, seed),
            Cost = cost,
        };
    }

    private SlimFile Train(string name, int seed, RunOptions options, CancellationToken stop)
    {
        var run = TrainingRun.Begin(Place(name, seed), options);
        if (run.IsComplete)
            return SlimFile.Load(run.Folder.ModelFile);
        _journal.Say();
        _journal.Say($"{name}, seed {seed}:");
        return run.Train(_journal, stop);
    }

    private RunOptions Options(int seed) => Change(training, t => t with { Seed = seed });

    private static RunOptions Change(RunOptions options, Func<TrainingOptions, TrainingOptions> change) =>
        options with
        {
            Training = change(options.Training),
        };

    private double? Seconds(string name, int seed) => RunRecord.Read(Place(name, seed))?.Seconds;

    private string InRun(string name, int seed) => RunFolder.Open(Place(name, seed)).ModelFile;

    private string Place(string name, int seed) => Path.Combine(folder, $"{name} {seed}");

    /// <summary>Another way to cut and retrain the base.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Plan">The plan to carry out instead of that by scales.</param>
    /// <param name="Training">The retraining, from the usual one and the share of multiply-adds left.</param>
    private sealed record Variant(
        string Name,
        Func<Model, SlimmingPlan, SlimmingPlan> Plan,
        Func<RunOptions, double, RunOptions> Training
    );
}
