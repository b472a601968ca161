using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Onnx;

namespace SlimSharp.Experiments;

/// <summary>What a report measures itself: accuracy, trial cuts, and time.</summary>
/// <param name="threads">Threads of ONNX Runtime.</param>
/// <param name="batch">Images at a time.</param>
/// <param name="journal">What is told how far it has come; null for nobody.</param>
public sealed class ReportMeasuring(int threads, int batch, Journal? journal = null)
{
    private const int Runs = 100;
    private readonly Journal _journal = journal ?? Journal.Silent;

    /// <summary>How times were taken.</summary>
    internal string TimeWords =>
        $"Milliseconds: ONNX Runtime, batch {batch}, {threads} threads, median of {Runs} runs turn by turn, on {Processor.Name}.";

    /// <summary>
    /// Accuracy on test images, and trial cuts of networks that were trained with a penalty and not yet cut.
    /// </summary>
    internal ModelMeasures? Of(ReportEntry entry, SlimFile file) =>
        ModelMeasures.Of(
            _journal,
            entry.File,
            file,
            file.Plan is null
                && entry.Folder is not null
                && RunOptions.Read(entry.Folder) is { Command: "train" } run
                && run.Texts.Any(t => RunWords.MakesSparse(t))
        );

    /// <summary>How long each takes, timed against each other.</summary>
    internal IReadOnlyList<Timing> Times(IReadOnlyList<SlimFile> files) =>
        LatencyRace.Onnx(
            files.Select(f => OnnxExport.Of(f).ToBytes()),
            batch,
            threads,
            Runs,
            _journal.Progress("timing")
        );
}
