using System.Collections.Immutable;
using SlimSharp.Formats;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>What is written of a run after its model: the end of its record, and its report.</summary>
internal static class RunEnd
{
    /// <summary>
    /// Writes what a run lacks that was killed after its model was written, and returns the model. The caller disposes
    /// it.
    /// </summary>
    internal static SlimFile Complete(RunFolder folder, Journal journal)
    {
        var model = SlimFile.Load(folder.ModelFile);
        try
        {
            Write(
                folder,
                RunRecord.Read(folder.Path),
                new ReportEntry(folder.Path, folder.ModelFile, folder).History(),
                journal
            );
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes both; no record for a run of a version that kept none.</summary>
    internal static void Write(
        RunFolder folder,
        RunRecord? record,
        IReadOnlyList<EpochMetrics> history,
        Journal journal
    )
    {
        if (record is { Ended: null })
            folder.WriteRecord(
                record with
                {
                    Ended = File.GetLastWriteTimeUtc(folder.ModelFile),
                    Seconds = history.Sum(m => m.Seconds),
                    Measures = (
                        (history is [.., var last] ? last.Validation : null) ?? new Dictionary<string, double>()
                    ).ToImmutableSortedDictionary(StringComparer.Ordinal),
                    Files = RunRecord.Hashes(folder.Path, "model.slim", "metrics.jsonl", "run.json"),
                }
            );
        folder.WriteReport(Report.Page([new(folder.Path, folder.ModelFile, folder)], journal: journal));
    }
}
