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

namespace SlimSharp.Experiments;

/// <summary>
/// A training in a folder of its own: new or from its checkpoint, to the end or until stopped. A kill at any instant
/// loses at most what was done since the last checkpoint; a run that goes on ends with the bits of one that was never
/// stopped.
/// </summary>
public sealed class TrainingRun
{
    private const int ProbeSize = 4;
    private readonly RunFolder _folder;
    private readonly List<RunWarning> _warnings;
    private Journal _journal = Journal.Silent;
    private RunRecord? _record;

    private TrainingRun(RunFolder folder, RunOptions options)
    {
        (_folder, Options) = (folder, options);
        _warnings = [.. RunRecord.Read(folder.Path)?.Warnings ?? []];
    }

    /// <summary>Its folder.</summary>
    public RunFolder Folder => _folder;

    /// <summary>Everything that decides it.</summary>
    public RunOptions Options { get; }

    /// <summary>True if it was begun before, by this process or another.</summary>
    public bool IsBegun { get; private init; }

    /// <summary>True if all that it writes is there.</summary>
    public bool IsComplete => _folder.IsComplete;

    /// <summary>A new run, or that which was begun there with the same options but for threads.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="options">Everything that decides it.</param>
    /// <exception cref="ExperimentException">The run there was begun with other options.</exception>
    /// <exception cref="RunException">The folder holds something else, or cannot be written.</exception>
    public static TrainingRun Begin(string path, RunOptions options)
    {
        if (!RunFolder.IsBegun(path))
            return new(RunFolder.Create(path, options.ToJson(path)), options);
        var begun = RunFolder.Open(path);
        return (RunOptions.Read(begun) with { Threads = options.Threads }).ToJson(path) == options.ToJson(path)
            ? new(begun, options) { IsBegun = true }
            : throw new ExperimentException(
                $"The run in '{path}' was begun with other options; give the same ones again, go on with TrainingRun.Open(\"{path}\"), or choose another folder."
            );
    }

    /// <summary>The run in a folder, with its own options.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="threads">
    /// Threads to compute with in place of its own, on which only the last bits of weights depend; null for its own.
    /// </param>
    /// <exception cref="RunException">There is none, or its options are damaged.</exception>
    public static TrainingRun Open(string path, int? threads = null)
    {
        var folder = RunFolder.Open(path);
        var options = RunOptions.Read(folder);
        return new(folder, options with { Threads = threads ?? options.Threads }) { IsBegun = true };
    }

    /// <summary>
    /// Trains and writes model.slim, record and report, or what of them is missing. The caller disposes the result.
    /// </summary>
    /// <param name="journal">What is told; null for nobody.</param>
    /// <param name="stop">Stops it at the next step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">
    /// It was stopped: after a checkpoint, or before anything was trained.
    /// </exception>
    /// <exception cref="DivergedException">The loss is no longer a number; the folder keeps the checkpoint.</exception>
    /// <exception cref="SlimSharpException">Options, images or a file do not fit.</exception>
    public SlimFile Train(Journal? journal = null, CancellationToken stop = default)
    {
        _journal = journal ?? Journal.Silent;
        Threads.Count = Options.Threads;
        _folder.Tidy();
        RunRecord.Read(_folder.Path, out var damage);
        if (damage is not null)
            _journal.Warn($"{damage} The run goes on without what it said.");
        if (_folder.IsFinished)
            return RunEnd.Complete(_folder, _journal);
        using var start = Options.From is null ? null : ModelFile.Load(Options.From);
        var data = start is null
            ? ImageSets.Read(_journal, Options.Data, stop)
            : ImageSets.For(_journal, start, Options.Data, stop);
        var train = data.Train ?? throw new DataException($"In '{Options.Data.Path}' there are no training images.");
        if (data.Validation is null && Options.Training.KeepBest)
            throw new ExperimentException(
                "TrainingOptions.KeepBest needs validation images; give DataOptions.Validation a share above 0."
            );
        if (
            Options.FromScratch is not true
            && start is not null
            && SeenImages.Warning(start, Options.Data, data.Validation, "validation", stop) is { } seen
        )
            Warn(new(RunWarning.SeenImages, seen));
        var normalization = Normalization(start, data);
        stop.ThrowIfCancellationRequested();
        if (!train.HasLabels && start is null)
            throw Unlabelled(train);
        using var model = Create(start, train);
        using var regularizers = new RunRegularizers(Options, train, normalization, _journal, Warn).Make(model);
        var teacher = train.HasLabels
            ? null
            : regularizers.OfType<Distillation>().FirstOrDefault() ?? throw Unlabelled(train);
        var description = new SlimDescription
        {
            Network = model.Network,
            Normalization = normalization,
            Classes = train.HasLabels ? train.Classes : start!.Classes,
            Data = Options.Data,
            Plan = start?.Plan,
            Certificate = start?.Certificate,
            Provenance = RunOrigin.Provenance(Options, train, start),
        };

        stop.ThrowIfCancellationRequested();
        using var last = Last(description);
        _record = RunOrigin.Record(Options, description) with { Warnings = [.. _warnings] };
        _folder.WriteRecord(_record);
        using var from = last?.ToCheckpoint();
        EpochMetrics[] done = [.. last?.Position?.History ?? []];
        _journal.Say(RunWords.Augmentation(Options));
        if (last?.Position is { } position)
            WriteEpochs(description, position, last.Weights); // a kill may have come between the checkpoint and these
        var shown = _journal.Training(done);
        using var events = Options.TensorBoard is true ? new EpochEvents(_folder, done, shown) : null;
        var trainer = new Trainer(
            Options.Training,
            teacher is null ? regularizers : [.. regularizers.Where(r => r != teacher)]
        )
        {
            Objective =
                teacher?.AsObjective() as Objective
                ?? new Classification { LabelSmoothing = Options.Training.LabelSmoothing },
            Progress = events ?? shown,
            Save = checkpoint => Save(description, checkpoint),
        };
        var memory = Options.FromScratch is true ? null : start?.Optimizer;
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
            Weights = model.CopyWeights(Options.Precision == Precision.Float64 ? torch.float32 : null),
            // A cut network keeps the probe of its certificate.
            Probe = start?.Plan is null ? Probe(data, normalization) : start.Probe?.Copy(),
        };
        foreach (var (name, tensor) in regularizers.State)
            result.Methods[name] = tensor.detach().clone();
        _folder.CheckIsThere();
        result.Save(_folder.ModelFile);
        RunEnd.Write(_folder, _record, end.History, _journal);
        return result;
    }

    private static DataException Unlabelled(ImageSet train) =>
        new(
            $"{train.Name}: its images have no labels, and nothing is learned from those alone; a network that is trained on (RunOptions.From) learns from a teacher, by distillation:teacher=FILE."
        );

    // That of the network; a new one, or new weights, have none yet.
    private Normalization Normalization(SlimFile? start, TrainAndTest data) =>
        start?.Normalization
        ?? Options.Normalization
        ?? (
            start is null || Options.FromScratch is true
                ? data.NormalizationForTraining()
                : throw new ExperimentException(RunRegularizers.NoNormalization(Options.From!))
        );

    // The checkpoint to go on from, if there is one.
    private SlimFile? Last(SlimDescription description)
    {
        if (!_folder.HasCheckpoint)
            return null;
        var last = ReadCheckpoint();
        if (last.Provenance.GetValueOrDefault("data") == description.Provenance["data"])
            return last;
        last.Dispose();
        throw new ExperimentException(
            $"The images in '{Options.Data.Path}' are not those that the run in '{_folder.Path}' began with."
        );
    }

    // The last checkpoint, or the one before if that is damaged or was about to be replaced.
    private SlimFile ReadCheckpoint()
    {
        var (last, former) = (_folder.CheckpointFile, _folder.FormerCheckpointFile);
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
        _journal.Warn(warning.Text);
        if (_warnings.Contains(warning))
            return; // by a process before this one
        _warnings.Add(warning);
        if (_record is null)
            return;
        _record = _record with { Warnings = [.. _warnings] };
        _folder.WriteRecord(_record);
    }

    private void Save(SlimDescription description, Checkpoint checkpoint)
    {
        _folder.CheckIsThere();
        description.Save(_folder.CheckpointFile, checkpoint, _folder.FormerCheckpointFile);
        WriteEpochs(description, checkpoint.Position, checkpoint.Weights);
    }

    // A line per epoch that is done.
    private void WriteEpochs(SlimDescription description, TrainingPosition position, Weights weights)
    {
        WriteMetrics(position.History);
        if (position is not { Batch: 0, Epoch: > 0 })
            return;
        var before = ScaleHistory.Read(_folder, out var damage);
        if (damage is not null)
            _journal.Warn($"{damage} Its pictures will lack the scales of the epochs before {position.Epoch}.");
        before.With(position.Epoch, description.Network, weights).Write(_folder);
    }

    private void WriteMetrics(IEnumerable<EpochMetrics> history) =>
        _folder.WriteMetrics(history.Select(m => JsonSerializer.Serialize(m, ExperimentsJson.Default.EpochMetrics)));

    private Model Create(SlimFile? start, ImageSet train)
    {
        var type = Options.Precision == Precision.Float64 ? torch.float64 : torch.float32;
        var device = Devices.Get(Options.Device);
        var network = start?.Network ?? NetworkFor(train);
        using var weights =
            start is null || Options.FromScratch is true
                ? Initialization.Draw(network, Options.Training.Seed)
                : start.Weights.Copy();
        return new(network, weights.Copy(type, device))
        {
            Options = FastPaths.Schedule(Options.Without ?? [], Options.Precision == Precision.BFloat16),
        };
    }

    private Network NetworkFor(ImageSet train) =>
        ZooEntry.Get(Options.Model!, train.Classes.Length, Options.Width, train.Shape);

    // Some real images, for certificates to be checked on.
    private static Probe Probe(TrainAndTest data, Normalization normalization)
    {
        var set = data.Validation ?? data.Train!;
        int[] spread = [.. Enumerable.Range(0, Math.Min(ProbeSize, set.Count)).Select(i => i * set.Count / ProbeSize)];
        using var batch = ImageBatches.InOrder(set, normalization).Make(spread);
        return new(batch.Images.clone());
    }
}
