using System.Collections.Immutable;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>One model of a report. What of its run is damaged is left out, and told.</summary>
internal sealed class ReportSection
{
    private readonly Journal _journal;
    private readonly ModelMeasures? _measures;
    private readonly RunRecord? _record;
    private readonly RunOptions? _options;
    private readonly IReadOnlyList<EpochMetrics> _history;
    private readonly ScaleHistory? _scales;
    private readonly double? _threshold;
    private readonly List<string> _damage = [];

    /// <param name="entry">The model.</param>
    /// <param name="file">Its file, which remains the caller's.</param>
    /// <param name="measures">What was measured of it; null for nothing.</param>
    /// <param name="journal">Has the words for what the libraries name.</param>
    internal ReportSection(ReportEntry entry, SlimFile file, ModelMeasures? measures, Journal journal)
    {
        _journal = journal;
        (Entry, File, _measures, Cost) = (entry, file, measures, NetworkCost.Of(file.Network));
        _history = Intact(entry.History) ?? [];
        _threshold = Intact(entry.LaterPlan)?.Threshold;
        if (entry.Folder is not { } folder)
            return;
        _options = Intact(() => RunOptions.Read(folder));
        _record = RunRecord.Read(folder.Path, out var ofRecord);
        _scales = ScaleHistory.Read(folder, out var ofScales);
        _damage.AddRange(((string?[])[ofRecord, ofScales]).OfType<string>());
    }

    internal ReportEntry Entry { get; }

    internal SlimFile File { get; }

    internal NetworkCost Cost { get; }

    /// <summary>A sentence for every file of the run that cannot be read.</summary>
    internal IReadOnlyList<string> Damage => _damage;

    /// <summary>What a cut file's plan warned of.</summary>
    internal static ImmutableArray<RunWarning> CutWarnings(SlimFile file) =>
        [.. (file.Plan?.Warnings ?? []).Select(w => new RunWarning(w.Kind, w.Text))];

    internal double? Accuracy => _measures?.Accuracy ?? _record?.Accuracy ?? LastAccuracy;

    internal string Split => _measures?.Split ?? (Accuracy is null ? "" : "validation");

    internal string Method => _options is null ? NoRun : RunWords.Method(_options);

    internal bool IsTraining => _options?.Command == "train";

    internal bool IsRetraining => _options is not null && !IsTraining;

    internal ImmutableArray<RunWarning> TrainingWarnings => _record?.Warnings ?? [];

    internal string Group =>
        _options is null ? NoRun
        : _options.Command == "train" ? $"trained, {RunWords.Sparsity(_options)}"
        : "retrained";

    // Of a run whose options are damaged, nothing is known.
    private string NoRun => Entry.Folder is null ? "cut" : "";

    private double? LastAccuracy => _history is [.., var last] ? last.ValidationAccuracy : null;

    // Numbers, where a file has no names.
    private IReadOnlyList<string> Names(int classes) =>
        File.Classes.Count == classes ? File.Classes : [.. Enumerable.Range(0, classes).Select(c => $"{c}")];

    internal void AddTo(ReportPage page, bool isAlone)
    {
        if (!isAlone)
            page.Section(Entry.Name);
        page.Pictures([
            .. RunPictures.Training(_history, _options is null ? 0 : RunWords.Lambda(_options)),
            .. _scales is null ? [] : RunPictures.AllScales(File, _scales, _threshold),
            .. _measures?.Curve is { } curve ? RunPictures.Cliff(curve) : [],
            .. _measures is null
                ? []
                : ((string, string)[])
                    [
                        (
                            Mistakes(_measures, File.Network.Outputs.Length),
                            Charts.Confusion("confusion matrix", Names(_measures.Confusion.Length), _measures.Confusion)
                        ),
                    ],
            .. GroupMeasures.Read(Entry.File, File) is { } groups
                ? ((string, string)[])[RunPictures.Groups(groups)]
                : [],
            RunPictures.Graph(File),
        ]);
        if (_measures?.Curve is { } cliff)
            page.Text(_journal.Named(cliff.Advice));
        if (_scales is not null && RunPictures.LayerScales(_scales, _threshold).ToArray() is { Length: > 0 } layers)
            page.Collapsed("Scales of single layers by epoch", layers);
        page.Facts("Facts", Facts());
        foreach (var warning in TrainingWarnings)
            page.Text($"Warning when it was {(IsTraining ? "trained" : "retrained")}: {_journal.Named(warning.Text)}");
        foreach (var warning in CutWarnings(File))
            page.Text($"Warning when it was cut: {_journal.Named(warning.Text)}");
        if (_options is not null)
            page.Verbatim("Options", _options.ToJson());
    }

    private static string Mistakes(ModelMeasures measures, int outputs) =>
        $"Mistakes on {Words.Count(measures.Confusion.Sum(r => r.Sum()) / outputs)} {measures.Split} images"
        + (outputs > 1 ? $", summed over {outputs} outputs" : "");

    private IEnumerable<(string, string)> Facts()
    {
        yield return ("file", Entry.File);
        yield return ("parameters", Words.Count(Cost.Parameters));
        yield return ("multiply-adds per image", Words.Count(Cost.Macs));
        if (_history is [.., var last])
        {
            yield return ("epochs", $"{_history.Count}");
            yield return ("scales near zero", Words.Percent(last.NearZero));
            yield return ("scales exactly zero", Words.Percent(last.Zero));
        }
        if (_record is not null)
        {
            yield return ("seconds of training", Words.Number(_record.Seconds, "F0"));
            yield return ("begun", $"{_record.Begun:u}");
            yield return ("command line", string.Join(' ', _record.Arguments));
            yield return ("machine", $"{_record.Machine}, {_record.Threads} threads");
            yield return ("versions", string.Join(", ", _record.Versions.Select(v => $"{v.Key} {v.Value}")));
        }
        if (File.Certificate is { } certificate)
            yield return (
                "certificate of the cut",
                $"structure {Words.Number(certificate.StructureDifference, "G2")}, function {Words.Number(certificate.FunctionDifference, "G2")} of the largest output (float64)"
            );
        if (File.Plan is { } plan)
            yield return ("cut from", $"{Words.Count(NetworkCost.Of(plan.Source).Parameters)} parameters");
        foreach (var (key, value) in File.Provenance.Where(p => p.Key is "seed" or "data"))
            yield return (key == "data" ? "training images (SHA-256)" : key, value);
        yield return ("weights (SHA-256)", File.Weights.Hash());
    }

    private T? Intact<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is SlimSharpException or RunException or IOException or UnauthorizedAccessException)
        {
            _damage.Add($"{e.Message.TrimEnd('.')}.");
            return null;
        }
    }
}
