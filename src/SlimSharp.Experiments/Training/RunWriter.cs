using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// Keeps the files of a run as it goes on: its record with what was warned of, checkpoints, and a line per epoch.
/// </summary>
internal sealed class RunWriter
{
    private readonly RunFolder _folder;
    private readonly Journal _journal;
    private readonly List<RunWarning> _warnings;
    private RunRecord? _record;

    internal RunWriter(RunFolder folder, Journal journal)
    {
        (_folder, _journal) = (folder, journal);
        _warnings = [.. RunRecord.Read(folder.Path, out var damage)?.Warnings ?? []];
        if (damage is not null)
            journal.Warn($"{damage} The run goes on without what it said.");
    }

    /// <summary>Writes the record of a process that begins or goes on.</summary>
    internal void Begin(RunRecord record)
    {
        _record = record with { Warnings = [.. _warnings] };
        _folder.WriteRecord(_record);
    }

    /// <summary>Says it, and keeps it with the run: whoever compares it does not see what was said.</summary>
    internal void Warn(RunWarning warning)
    {
        _journal.Warn(warning.Text);
        if (_warnings.Contains(warning))
            return; // by a process before this one
        _warnings.Add(warning);
        if (_record is not null)
            Begin(_record);
    }

    /// <summary>
    /// The last checkpoint, or the one before if that is damaged or was about to be replaced; null if there is none.
    /// The caller disposes it.
    /// </summary>
    internal SlimFile? LastCheckpoint()
    {
        var (last, former) = (_folder.CheckpointFile, _folder.FormerCheckpointFile);
        if (!_folder.HasCheckpoint)
            return null;
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

    /// <summary>Writes a checkpoint, and what is kept of the epochs before it.</summary>
    internal void Save(SlimDescription description, Checkpoint checkpoint)
    {
        _folder.CheckIsThere();
        description.Save(_folder.CheckpointFile, checkpoint, _folder.FormerCheckpointFile);
        WriteEpochs(description, checkpoint.Position, checkpoint.Weights);
    }

    /// <summary>Writes metrics and scales of the epochs that are done.</summary>
    internal void WriteEpochs(SlimDescription description, TrainingPosition position, Weights weights)
    {
        WriteMetrics(position.History);
        if (position is not { Batch: 0, Epoch: > 0 })
            return;
        var before = ScaleHistory.Read(_folder, out var damage);
        if (damage is not null)
            _journal.Warn($"{damage} Its pictures will lack the scales of the epochs before {position.Epoch}.");
        before.With(position.Epoch, description.Network, weights).Write(_folder);
    }

    /// <summary>Writes a line per epoch.</summary>
    internal void WriteMetrics(IEnumerable<EpochMetrics> history) =>
        _folder.WriteMetrics(history.Select(m => JsonSerializer.Serialize(m, ExperimentsJson.Default.EpochMetrics)));

    /// <summary>Writes the model, the end of the record, and the report.</summary>
    internal void End(SlimFile result, IReadOnlyList<EpochMetrics> history)
    {
        _folder.CheckIsThere();
        result.Save(_folder.ModelFile);
        RunEnd.Write(_folder, _record, history, _journal);
    }
}
