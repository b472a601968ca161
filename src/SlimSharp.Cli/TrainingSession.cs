using System.Runtime.InteropServices;
using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>Carries out a run in its folder: new or from its checkpoint, to the end or until stopped.</summary>
internal sealed class TrainingSession(RunFolder folder, RunOptions options, Screen screen)
{
    private const int ProbeSize = 4;

    /// <summary>Trains and writes model.slim. The caller disposes the result.</summary>
    /// <exception cref="OperationCanceledException">It was stopped, after a checkpoint.</exception>
    internal SlimFile Run(CancellationToken stop)
    {
        using var start = options.From is null ? null : Files.Load(options.From);
        var data = DataSource.Read(options.Data);
        var train = data.Train ?? throw new DataException($"In '{options.Data.Path}' there are no training images.");
        var normalization = start?.Normalization ?? data.NormalizationForTraining();
        using var model = Create(start, train);
        using var penalty = options.Penalty is { } text
            ? new ScalePenalty(ScalePenaltyArguments.Parse(text, options.Lambda), options.Lambda)
            : null;
        if (penalty?.Penalty.CautionFor(Initialization.Scale) is { } caution)
            screen.Say($"Warning: {caution}");
        if (data.Validation is null && options.Training.KeepBest)
            throw new UsageException("--keep best needs validation images; give --validation a share above 0.");

        var provenance = Provenance(train, normalization);
        using var probe = Probe(data, normalization);
        SlimFile Describe(Weights weights, Weights extras, TrainingPosition? position) =>
            new()
            {
                Network = model.Network,
                Weights = weights,
                Normalization = normalization,
                Classes = train.Classes,
                Data = options.Data,
                Plan = start?.Plan,
                Certificate = start?.Certificate,
                Position = position,
                Provenance = provenance,
                Extras = extras,
            };
        void Save(Checkpoint checkpoint)
        {
            // The tensors stay the trainer's; this file object only points at them.
            Describe(checkpoint.Weights, checkpoint.Extras, checkpoint.Position).Save(folder.CheckpointFile);
            folder.WriteMetrics(
                checkpoint.Position.History.Select(m => JsonSerializer.Serialize(m, CliJson.Default.EpochMetrics))
            );
        }

        var trainer = new Trainer(options.Training, penalty is null ? [] : [penalty])
        {
            Progress = new TrainingDisplay(screen),
            Save = Save,
        };
        using var checkpointFile = folder.HasCheckpoint ? SlimFile.Load(folder.CheckpointFile) : null;
        var from = checkpointFile is { Position: { } at }
            ? new Checkpoint(at, checkpointFile.Weights, checkpointFile.Extras)
            : null;
        var position = trainer.Train(model, train, data.Validation, normalization, from, stop);

        var extras = start?.Plan is null ? new Weights() : start.Extras.Copy();
        if (start?.Plan is null)
            extras["probe.inputs"] = probe.clone();
        var result = Describe(
            model.CopyWeights(options.Precision == Precision.Float64 ? torch.float32 : null),
            extras,
            null
        );
        result.Save(folder.ModelFile);
        folder.WriteReport(TrainingReport.Page(options, result, position));
        return result;
    }

    private Model Create(SlimFile? start, ImageSet train)
    {
        var type = options.Precision == Precision.Float64 ? torch.float64 : torch.float32;
        var device = Devices.Get(options.Device);
        using var weights = start?.Weights.Copy() ?? Initialization.Draw(NetworkFor(train), options.Training.Seed);
        var placed = weights.Copy(type, device);
        return new(start?.Network ?? NetworkFor(train), placed)
        {
            Options = new() { BFloat16 = options.Precision == Precision.BFloat16 },
        };
    }

    private Network NetworkFor(ImageSet train) =>
        ZooEntry.Get(options.Model!, train.Classes.Length, options.Width, train.Shape);

    private static torch.Tensor Probe(TrainAndTest data, Normalization normalization)
    {
        var set = data.Validation ?? data.Train!;
        int[] spread = [.. Enumerable.Range(0, Math.Min(ProbeSize, set.Count)).Select(i => i * set.Count / ProbeSize)];
        using var batch = Batches.InOrder(set, normalization).Make(spread);
        return batch.Images.clone();
    }

    private Dictionary<string, string> Provenance(ImageSet train, Normalization normalization) =>
        new()
        {
            ["command"] = options.Command,
            ["options"] = options.ToJson(),
            ["slimsharp"] = typeof(SlimFile).Assembly.GetName().Version!.ToString(3),
            ["torchsharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
            ["libtorch"] = torch.__version__,
            ["system"] = RuntimeInformation.RuntimeIdentifier,
            ["threads"] = $"{options.Threads}",
            ["seed"] = $"{options.Training.Seed}",
            ["data"] = train.Checksum(),
        };
}
