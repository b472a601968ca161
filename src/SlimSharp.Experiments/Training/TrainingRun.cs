using System.Runtime.InteropServices;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Runs;
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
    private TrainingRun(RunFolder folder, RunOptions options) => (Folder, Options) = (folder, options);

    /// <summary>Its folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Everything that decides it.</summary>
    public RunOptions Options { get; }

    /// <summary>True if it was begun before, by this process or another.</summary>
    public bool IsBegun { get; private init; }

    /// <summary>True if all that it writes is there.</summary>
    public bool IsComplete => Folder.IsComplete;

    /// <summary>A new run, or that which was begun there with the same options but for threads.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="options">Everything that decides it.</param>
    /// <exception cref="ExperimentException">
    /// The run there was begun with other options, or these are none that could be read again.
    /// </exception>
    /// <exception cref="NetworkException">There is no network of that name.</exception>
    /// <exception cref="RunException">The folder holds something else, or cannot be written.</exception>
    public static TrainingRun Begin(string path, RunOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        CheckNetwork(options); // first: what is written bars the folder from the options that were meant
        var json = options.ToCheckedJson(path);
        if (!RunFolder.IsBegun(path))
            return new(RunFolder.Create(path, json), options);
        var begun = RunFolder.Open(path);
        var its = RunOptions.Read(begun) with { Threads = options.Threads };
        if (its.GroupNorm is null)
            options = options with { GroupNorm = null }; // it began before there was a choice
        return its.ToJson(path) == options.ToJson(path)
            ? new(begun, options) { IsBegun = true }
            : throw new ExperimentException(
                $"The run in '{path}' was begun with other options; give the same ones again, go on with TrainingRun.Open(\"{path}\"), or choose another folder."
            );
    }

    private static void CheckNetwork(RunOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.From))
            return;
        if (string.IsNullOrWhiteSpace(options.Model))
            throw new ExperimentException(
                "The options do not say what is trained: give RunOptions.Model, a network of ZooEntry.All, or RunOptions.From, a .slim file."
            );
        ZooEntry.Get(options.Model, classes: 10, options.Width);
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
    /// <exception cref="SlimSharpException">
    /// Options, images or a file do not fit; of a run that had not begun no folder is left.
    /// </exception>
    public SlimFile Train(Journal? journal = null, CancellationToken stop = default)
    {
        journal ??= Journal.Silent;
        Folder.CheckIsThere();
        Threads.Count = Options.Threads;
        Folder.Tidy();
        var writer = new RunWriter(Folder, journal);
        if (Folder.IsFinished)
            return RunEnd.Complete(Folder, journal);
        try
        {
            return Train(writer, journal, stop);
        }
        catch (Exception e) when (!IsBegun && !Folder.HasCheckpoint && IsOfWhatWasGiven(e))
        {
            // Nothing was trained: the folder that was just made would only bar other options from it.
            if (Directory.Exists(Folder.Path))
                Directory.Delete(Folder.Path, recursive: true);
            throw;
        }
    }

    // A training that diverged, and what could not be kept of one, as on a full disk, leave something to look at.
    private bool IsOfWhatWasGiven(Exception exception) =>
        exception switch
        {
            DivergedException => false,
            IOException
            or UnauthorizedAccessException
            or RunException { InnerException: IOException or UnauthorizedAccessException } => !File.Exists(
                Folder.RecordFile
            ),
            _ => exception is SlimSharpException or RunException or ExternalException or OutOfMemoryException,
        };

    private SlimFile Train(RunWriter writer, Journal journal, CancellationToken stop)
    {
        using var inputs = TrainingInputs.Read(Options, journal, writer.Warn, stop);
        stop.ThrowIfCancellationRequested();
        using var model = inputs.CreateModel();
        using var regularizers = new RunRegularizers(
            Options,
            inputs.Train,
            inputs.Normalization,
            journal,
            writer.Warn
        ).Make(model);
        var description = inputs.Describe(model.Network);
        stop.ThrowIfCancellationRequested();

        using var last = CheckData(writer.LastCheckpoint(), description);
        writer.Begin(RunOrigin.Record(Options, description));
        journal.Say(RunWords.Augmentation(Options));
        if (last?.Position is { } position)
            writer.WriteEpochs(description, position, last.Weights); // a kill may have come between both
        IReadOnlyList<EpochMetrics> done = last?.Position?.History ?? [];
        var shown = journal.Training(done);
        using var events = Options.TensorBoard is true ? new EpochEvents(Folder, done, shown) : null;
        var teacher = inputs.Teacher(regularizers);
        var trainer = new Trainer(
            Options.Training,
            teacher is null ? regularizers : [.. regularizers.Where(r => r != teacher)]
        )
        {
            Objective =
                teacher?.AsObjective() as Objective
                ?? new Classification { LabelSmoothing = Options.Training.LabelSmoothing },
            Progress = events ?? shown,
            Save = checkpoint => writer.Save(description, checkpoint),
        };
        var end = Train(trainer, model, inputs, last, writer, stop);

        var result = new SlimFile(description)
        {
            Weights = model.CopyWeights(Options.Precision == Precision.Float64 ? torch.float32 : null),
            Probe = inputs.Probe(),
        };
        try
        {
            foreach (var (name, tensor) in regularizers.State)
                result.Methods[name] = tensor.detach().clone();
            writer.End(result, end.History);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static TrainingPosition Train(
        Trainer trainer,
        Model model,
        TrainingInputs inputs,
        SlimFile? last,
        RunWriter writer,
        CancellationToken stop
    )
    {
        using var from = last?.ToCheckpoint();
        try
        {
            return trainer.Train(
                model,
                inputs.Train,
                inputs.Validation,
                inputs.Normalization,
                from,
                inputs.Memory,
                stop
            );
        }
        catch (DivergedException e)
        {
            writer.WriteMetrics(e.History);
            throw;
        }
    }

    private SlimFile? CheckData(SlimFile? last, SlimDescription description)
    {
        if (last is null || last.Provenance.GetValueOrDefault("data") == description.Provenance["data"])
            return last;
        last.Dispose();
        throw new ExperimentException(
            $"The images in '{Options.Data.Path}' are not those that the run in '{Folder.Path}' began with."
        );
    }
}
