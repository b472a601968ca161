using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>Carries out a run in its folder: new or from its checkpoint, to the end or until stopped.</summary>
internal sealed class TrainingSession(RunFolder folder, RunOptions options, Screen screen)
{
    private const int ProbeSize = 4;
    private readonly List<RunWarning> _warnings = [.. RunRecord.Read(folder.Path)?.Warnings ?? []];
    private RunRecord? _record;

    /// <summary>A run that was begun with the same options but for threads, or a new one.</summary>
    internal static RunFolder OpenOrCreate(string path, RunOptions options)
    {
        if (!RunFolder.IsBegun(path))
            return RunFolder.Create(path, options.ToJson(path));
        var begun = RunFolder.Open(path);
        return (RunOptions.Read(begun) with { Threads = options.Threads }).ToJson(path) == options.ToJson(path)
            ? begun
            : throw new UsageException(
                $"The run in '{path}' was begun with other options; give the same ones again, go on with --resume {path}, or choose another --out."
            );
    }

    /// <summary>
    /// Trains and writes model.slim, record and report, or what of them is missing. The caller disposes the result.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// It was stopped: after a checkpoint, or before anything was trained.
    /// </exception>
    internal SlimFile Run(CancellationToken stop)
    {
        folder.Tidy();
        RunRecord.Read(folder.Path, out var damage);
        if (damage is not null)
            screen.Warn($"{damage} The run goes on without what it said.");
        if (folder.IsFinished)
            return RunEnd.Complete(folder);
        using var start = options.From is null ? null : Files.Load(options.From);
        var data = start is null ? Sets.Read(screen, options.Data, stop) : Sets.For(screen, start, options.Data, stop);
        var train = data.Train ?? throw new DataException($"In '{options.Data.Path}' there are no training images.");
        if (data.Validation is null && options.Training.KeepBest)
            throw new UsageException("--keep best needs validation images; give --validation a share above 0.");
        if (
            options.FromScratch is not true
            && start is not null
            && SeenImages.Warning(start, options.Data, data.Validation, "validation", stop) is { } seen
        )
            Warn(new(RunWarning.SeenImages, seen));
        var normalization = Normalization(start, data);
        stop.ThrowIfCancellationRequested();
        if (!train.HasLabels && start is null)
            throw Unlabelled(train);
        using var model = Create(start, train);
        using var regularizers = new Methods(options, train, normalization, screen, Warn).Make(model);
        var teacher = train.HasLabels
            ? null
            : regularizers.OfType<Distillation>().FirstOrDefault() ?? throw Unlabelled(train);
        var description = new SlimDescription
        {
            Network = model.Network,
            Normalization = normalization,
            Classes = train.HasLabels ? train.Classes : start!.Classes,
            Data = options.Data,
            Plan = start?.Plan,
            Certificate = start?.Certificate,
            Provenance = RunOrigin.Provenance(options, train, start),
        };

        stop.ThrowIfCancellationRequested();
        using var last = Last(description);
        _record = RunOrigin.Record(options, description) with { Warnings = [.. _warnings] };
        folder.WriteRecord(_record);
        using var from = last?.ToCheckpoint();
        EpochMetrics[] done = [.. last?.Position?.History ?? []];
        screen.Say(RunWords.Augmentation(options));
        if (last?.Position is { } position)
            WriteEpochs(description, position, last.Weights); // a kill may have come between the checkpoint and these
        var display = new TrainingDisplay(screen, done);
        using var events = options.TensorBoard is true ? new EpochEvents(folder, done, display) : null;
        var trainer = new Trainer(
            options.Training,
            teacher is null ? regularizers : [.. regularizers.Where(r => r != teacher)]
        )
        {
            Objective =
                teacher?.AsObjective() as Objective
                ?? new Classification { LabelSmoothing = options.Training.LabelSmoothing },
            Progress = events is null ? display : events,
            Save = checkpoint => Save(description, checkpoint),
        };
        var memory = options.FromScratch is true ? null : start?.Optimizer;
        TrainingPosition end;
        try
        {
            end = trainer.Train(
                model,
                train,
                data.Validation,
                normalization,
                from,
                memory is { Names.Count: > 0 } ? memory : null,
                stop
            );
        }
        catch (DivergedException e)
        {
            WriteMetrics(e.History);
            throw;
        }

        var result = new SlimFile(description)
        {
            Weights = model.CopyWeights(options.Precision == Precision.Float64 ? torch.float32 : null),
            // A cut network keeps the probe of its certificate.
            Probe = start?.Plan is null ? Probe(data, normalization) : start.Probe?.Copy(),
        };
        foreach (var (name, tensor) in regularizers.State)
            result.Methods[name] = tensor.detach().clone();
        folder.CheckIsThere();
        result.Save(folder.ModelFile);
        RunEnd.Write(folder, _record, end.History);
        return result;
    }

    private static DataException Unlabelled(ImageSet train) =>
        new(
            $"{train.Name}: its images have no labels, and nothing is learned from those alone; 'slim retrain' learns with --teacher from another network."
        );

    // That of the network; a new one, or new weights, have none yet.
    private Normalization Normalization(SlimFile? start, TrainAndTest data) =>
        start?.Normalization
        ?? options.Normalization
        ?? (
            start is null || options.FromScratch is true
                ? data.NormalizationForTraining()
                : throw new UsageException(NormalizationArguments.Missing(options.From!))
        );

    // The checkpoint to go on from, if there is one.
    private SlimFile? Last(SlimDescription description)
    {
        if (!folder.HasCheckpoint)
            return null;
        var last = ReadCheckpoint();
        if (last.Provenance.GetValueOrDefault("data") == description.Provenance["data"])
            return last;
        last.Dispose();
        throw new UsageException(
            $"The images in '{options.Data.Path}' are not those that the run in '{folder.Path}' began with."
        );
    }

    // The last checkpoint, or the one before if that is damaged or was about to be replaced.
    private SlimFile ReadCheckpoint()
    {
        var (last, former) = (folder.CheckpointFile, folder.FormerCheckpointFile);
        if (!File.Exists(last))
            return SlimFile.Load(former);
        try
        {
            return SlimFile.Load(last);
        }
        catch (FileFormatException e) when (File.Exists(former))
        {
            Warn(
                new(
                    RunWarning.DamagedCheckpoint,
                    $"{e.Message.TrimEnd('.')}; going on from the checkpoint before it, {former}."
                )
            );
            File.Delete(last); // or it would become the former one
            return SlimFile.Load(former);
        }
    }

    // Said, and kept with the run: whoever compares it does not see what was said.
    private void Warn(RunWarning warning)
    {
        screen.Warn(warning.Text);
        if (_warnings.Contains(warning))
            return; // by a process before this one
        _warnings.Add(warning);
        if (_record is null)
            return;
        _record = _record with { Warnings = [.. _warnings] };
        folder.WriteRecord(_record);
    }

    private void Save(SlimDescription description, Checkpoint checkpoint)
    {
        folder.CheckIsThere();
        description.Save(folder.CheckpointFile, checkpoint, folder.FormerCheckpointFile);
        WriteEpochs(description, checkpoint.Position, checkpoint.Weights);
    }

    // A line per epoch that is done.
    private void WriteEpochs(SlimDescription description, TrainingPosition position, Weights weights)
    {
        WriteMetrics(position.History);
        if (position is not { Batch: 0, Epoch: > 0 })
            return;
        var before = ScaleHistory.Read(folder, out var damage);
        if (damage is not null)
            screen.Warn($"{damage} Its pictures will lack the scales of the epochs before {position.Epoch}.");
        before.With(position.Epoch, description.Network, weights).Write(folder);
    }

    private void WriteMetrics(IEnumerable<EpochMetrics> history) =>
        folder.WriteMetrics(history.Select(m => JsonSerializer.Serialize(m, CliJson.Default.EpochMetrics)));

    private Model Create(SlimFile? start, ImageSet train)
    {
        var type = options.Precision == Precision.Float64 ? torch.float64 : torch.float32;
        var device = Devices.Get(options.Device);
        var network = start?.Network ?? NetworkFor(train);
        using var weights =
            start is null || options.FromScratch is true
                ? Initialization.Draw(network, options.Training.Seed)
                : start.Weights.Copy();
        return new(network, weights.Copy(type, device))
        {
            Options = FastPaths.Schedule(options.Without ?? [], options.Precision == Precision.BFloat16),
        };
    }

    private Network NetworkFor(ImageSet train) =>
        ZooEntry.Get(options.Model!, train.Classes.Length, options.Width, train.Shape);

    // Some real images, for certificates to be checked on.
    private static Probe Probe(TrainAndTest data, Normalization normalization)
    {
        var set = data.Validation ?? data.Train!;
        int[] spread = [.. Enumerable.Range(0, Math.Min(ProbeSize, set.Count)).Select(i => i * set.Count / ProbeSize)];
        using var batch = ImageBatches.InOrder(set, normalization).Make(spread);
        return new(batch.Images.clone());
    }
}
