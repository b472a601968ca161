using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>
/// What the penalty is for, on real images: before retraining, the cut loses next to nothing while as many random
/// channels cost nearly everything; after retraining, the small network is as good as the dense one.
/// </summary>
internal sealed class Demo(Screen screen, string folder, int threads, string device)
{
    internal const int Epochs = 24;
    private const string Vgg = "vgg11"; // small enough for processors without AVX-512, too
    private const string Penalty = "tl1:a=1";
    private const double Lambda = 2e-3;
    private const double ParametersLeft = 0.3;
    private const int Multiple = 8; // of channels, which vector units compute at a time
    private const double HeldOut = 1.0 / 3; // 2,000 of the sample's 6,000 images, to try cuts on
    private const long RandomSeed = 1;
    private const int CalibrationImages = 256;
    private const int TimedRuns = 200;
    private static readonly int[] Batches = [1, 64];

    internal int Run(int epochs, int? images, CancellationToken stop)
    {
        var options = Sample.Data() with { Pad = null, Validation = HeldOut };
        if (images is { } some)
            options = options with { Path = Reduced(options.Path, some) };
        var data = DataSource.Read(options with { Cancellation = stop });
        screen.Say(
            $"VGG-11 at a quarter of its widths on {data.Train!.Count:N0} training and {data.Test!.Count:N0} test images of Fashion-MNIST, {epochs} epochs and half as many again of retraining, {threads} threads."
        );

        screen.Say("\n1. Dense, without a penalty:");
        using var dense = Train("dense", Options(options, epochs), stop);
        screen.Say($"\n2. With a penalty on the BatchNorm scales, {Penalty}, λ = {Words.Number(Lambda)}:");
        using var sparse = Train(
            "sparse",
            Options(options, epochs).With($"subgradient:penalty={Penalty},lambda={Words.Number(Lambda)}"),
            stop
        );

        using var model = sparse.ToModel();
        var plan = Plan(sparse, model);
        stop.ThrowIfCancellationRequested();
        using var cut = Surgeon.Apply(model, plan, sparse.Probe!.Inputs);
        var pruned = InFolder("sparse", "pruned.slim");
        CutFile.Save(pruned, sparse, cut, CutSettings.Of(cut.Plan.Options));
        using var random = Surgeon.Apply(model, RandomControl.Like(plan, RandomSeed), sparse.Probe.Inputs);
        screen.Say(
            $"Certificate: masked and cut network differ by {Words.Number(cut.Certificate.StructureDifference, "G2")} (random weights) and {Words.Number(cut.Certificate.FunctionDifference, "G2")} (real ones) of the largest output."
        );

        screen.Say("\n4. Retrain what is left, without a penalty:");
        using var retrained = Train(
            "retrained",
            Options(options, epochs + epochs / 2) with
            {
                Command = "retrain",
                Model = null,
                From = pruned,
            },
            stop
        );

        var test = data.Test;
        using var denseModel = dense.ToModel();
        using var small = retrained.ToModel();
        double Accuracy(Model m) => Evaluation.Of(m, test, dense.Normalization!, stop).Accuracy;
        var rows = new[]
        {
            new Row("dense, without penalty", Accuracy(denseModel), dense.Network, InRun("dense")),
            new Row("trained with the penalty", Accuracy(model), sparse.Network, InRun("sparse")),
            new Row("cut", Accuracy(cut.Model), cut.Model.Network, pruned),
            new Row("control: random channels cut", Accuracy(random.Model), random.Model.Network, null),
            new Row("cut and retrained", Accuracy(small), retrained.Network, InRun("retrained")),
        };
        Conclude(rows, test.Count);

        Ship(dense, retrained, data, stop);
        stop.ThrowIfCancellationRequested();
        WriteReport();
        return ExitCode.Done;
    }

    private SlimmingPlan Plan(SlimFile sparse, Model model)
    {
        screen.Say(
            $"\n3. Cut until at most {Words.Percent(ParametersLeft, 0)} of the parameters are left, widths rounded to {Multiple}:"
        );
        if (ModelMeasures.Of(screen, InRun("sparse"), sparse, curve: true)?.Curve is { } curve)
            screen.Say($"Trial cuts on {Words.Count(curve.Images)} held-out images say beforehand: {curve.Advice}\n");
        var plan = Planner.Plan(
            model,
            new() { Target = new PlanTarget.Parameters(ParametersLeft), RoundTo = Multiple }
        );
        screen.Say(plan.Explain());
        return plan;
    }

    private void Ship(SlimFile dense, SlimFile retrained, TrainAndTest data, CancellationToken stop)
    {
        screen.Say("\n5. Ship it, as ONNX:");
        var (wide, slim, bytes) = (
            InFolder("dense", "model.onnx"),
            InFolder("retrained", "model.onnx"),
            InFolder("retrained", "int8.onnx")
        );
        OnnxFiles.Write(screen, dense, wide, new());
        OnnxFiles.Write(screen, retrained, slim, new());
        stop.ThrowIfCancellationRequested();
        new Quantization(screen, retrained, data, threads).Run(bytes, new(), OnnxPixels.Normalized, CalibrationImages);

        screen.Say("\n6. What that saves, one thread:");
        using var race = new LatencyComparison(screen, 1, Devices.Get(device), [wide, slim, bytes]);
        race.Run(Batches, TimedRuns, "onnx", 0, stop);
    }

    private void Conclude(Row[] rows, int count)
    {
        var whole = NetworkCost.Of(rows[0].Network);
        screen.Say();
        screen.Table(
            $"On {count:N0} test images that no training saw:",
            ["", "accuracy", "parameters", "", "MACs", "", "file"],
            rows.Select(r =>
            {
                var cost = NetworkCost.Of(r.Network);
                return (IReadOnlyList<string>)
                    [
                        r.Name,
                        Words.Percent(r.Accuracy, 2),
                        Words.Count(cost.Parameters),
                        cost.Parameters == whole.Parameters ? "" : Words.Change(cost.Parameters, whole.Parameters),
                        Words.Count(cost.Macs),
                        cost.Macs == whole.Macs ? "" : Words.Change(cost.Macs, whole.Macs),
                        r.File is null ? "" : Words.Size(new FileInfo(r.File).Length),
                    ];
            })
        );
        double Points(int to, int from) => 100 * (rows[to].Accuracy - rows[from].Accuracy);
        screen.Say(
            $"Cutting, before any retraining: {Words.Points(Points(2, 1))} points; as many random channels: {Words.Points(Points(3, 1))} points."
        );
        screen.Say($"Cut and retrained, against the dense network: {Words.Points(Points(4, 0))} points.");
        screen.Say($"The small network: {rows[4].File}");
        foreach (var r in rows)
            screen.Emit(
                new()
                {
                    ["network"] = r.Name,
                    ["accuracy"] = r.Accuracy,
                    ["parameters"] = NetworkCost.Of(r.Network).Parameters,
                    ["macs"] = NetworkCost.Of(r.Network).Macs,
                    ["file"] = r.File,
                }
            );
    }

    private void WriteReport()
    {
        var path = Path.Combine(folder, "report.html");
        string[] parts = ["dense", "sparse", "retrained"];
        RunFolder.Write(
            path,
            Report.Page(
                ReportEntry.Find(parts.Select(p => Path.Combine(folder, p))),
                new(1, Batches[^1], screen),
                journal: screen
            )
        );
        screen.Say($"\nAll of it in pictures: {path}");
        screen.Emit(new() { ["report"] = path });
    }

    private SlimFile Train(string name, RunOptions options, CancellationToken stop) =>
        TrainingRun.Begin(InRuns(name), options).Train(screen, stop);

    private RunOptions Options(DataOptions data, int epochs) =>
        Sample.Training(data, epochs, threads, device) with
        {
            Model = Vgg,
        };

    private string InRuns(string name) => Path.Combine(folder, name);

    private string InRun(string name) => InFolder(name, "model.slim");

    private string InFolder(string run, string file) => Path.Combine(folder, run, file);

    private string Reduced(string sample, int images)
    {
        var (place, data) = (
            Path.GetFullPath(Path.Combine(folder, "records")),
            DataSource.Read(new() { Path = sample, Validation = 0 })
        );
        Idx.Write(Path.Combine(place, "fashion-train"), "train", data.Train!.Subset(data.Train.Spread(images)));
        Idx.Write(Path.Combine(place, "fashion-train"), "t10k", data.Test!.Subset(data.Test.Spread(images)));
        return Path.Combine(place, "fashion-train");
    }

    private sealed record Row(string Name, double Accuracy, Network Network, string? File);
}
