using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Objectives;
using SlimSharp.Runs;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>
/// What a criterion says of random groups of units against what the loss does without them, kept beside the model for
/// its report.
/// </summary>
public sealed record GroupMeasures : IJsonOnDeserialized
{
    /// <summary>The weights that it holds for.</summary>
    public required string Weights { get; init; }

    /// <summary>The criterion.</summary>
    public required string Criterion { get; init; }

    /// <summary>The images that the loss was measured on.</summary>
    public required int Images { get; init; }

    /// <summary>The groups.</summary>
    public required ImmutableArray<GroupTrial> Trials { get; init; }

    /// <summary>Spearman's correlation by layer, NaN where all groups are alike.</summary>
    public IEnumerable<(string Layer, double Correlation)> ByLayer() =>
        Trials.GroupBy(t => t.Layer).Select(l => (l.Key, GroupTrial.Correlation(l)));

    /// <summary>The mean over layers, of those that have one.</summary>
    public double Mean() =>
        ByLayer().Select(l => l.Correlation).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Measures a file, and keeps the result beside it.</summary>
    /// <param name="journal">What is told how far it has come.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="sets">
    /// Its images: the loss is measured on those for validation, evidence on those for training.
    /// </param>
    /// <param name="options">The criterion.</param>
    /// <param name="images">Images of either at most.</param>
    /// <param name="groups">Groups per layer.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="SlimSharpException">Images are missing or do not fit.</exception>
    public static GroupMeasures Measure(
        Journal journal,
        string path,
        SlimFile file,
        TrainAndTest sets,
        PlanOptions options,
        int images,
        int groups,
        CancellationToken stop = default
    )
    {
        var heldOut =
            sets.Validation
            ?? throw new DataException("No images are held out; give DataOptions.Validation a share above 0.");
        using var model = file.ToModel();
        Classification.CheckFit(model.Network, heldOut);
        var kind = CriterionKind.Of(options);
        var evidence = kind.Measure?.Invoke(
            model,
            sets.Train ?? throw new DataException("There are no training images to measure the criterion on."),
            file.Normalization!,
            images
        );
        var shown = heldOut.Count > images ? heldOut.Subset(heldOut.Spread(images)) : heldOut;
        var measures = new GroupMeasures
        {
            Weights = file.Weights.Hash(),
            Criterion = options.Criterion,
            Images = shown.Count,
            Trials = GroupTrial.Of(
                model,
                shown,
                file.Normalization!,
                options,
                evidence,
                groups,
                options.Seed,
                journal.Progress("removing groups"),
                stop
            ),
        };
        RunFolder.Write(Place(path), JsonSerializer.Serialize(measures, ExperimentsJson.Default.GroupMeasures));
        return measures;
    }

    /// <summary>Those that lie beside a file, if they are of its weights; null if there are none.</summary>
    public static GroupMeasures? Read(string path, SlimFile file)
    {
        try
        {
            return
                File.Exists(Place(path))
                && CheckedJson.Read(File.ReadAllText(Place(path)), ExperimentsJson.Default.GroupMeasures) is { } known
                && known.Weights == file.Weights.Hash()
                ? known
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Trials.IsDefaultOrEmpty || Trials.Any(t => t.Units < 1 || t.Change < 0))
            throw new JsonException("its groups make no sense");
    }

    private static string Place(string path) => Path.ChangeExtension(path, ".groups.json");
}
