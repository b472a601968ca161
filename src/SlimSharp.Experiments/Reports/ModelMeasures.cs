using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>What a report measures of a model, kept beside it so that the next report need not.</summary>
public sealed record ModelMeasures : IJsonOnDeserialized
{
    /// <summary>The weights that it holds for.</summary>
    public required string Weights { get; init; }

    /// <summary>Which images: test, or validation where there are no test images.</summary>
    public required string Split { get; init; }

    /// <summary>Accuracy on them, in [0, 1].</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// For each true class, how many were taken for each class; of several outputs the sum over them.
    /// </summary>
    public required long[][] Confusion { get; init; }

    /// <summary>Trial cuts; null where they were not asked for, or there is nothing to cut.</summary>
    public CliffCurve? Curve { get; init; }

    /// <summary>
    /// Those of a file, measured where they are not known; null if its images are not where they were.
    /// </summary>
    /// <param name="journal">What is told how far it has come, and why nothing is measured.</param>
    /// <param name="path">The path of the file; what is measured is kept beside it.</param>
    /// <param name="file">The file.</param>
    /// <param name="curve">Whether cuts are tried, too.</param>
    public static ModelMeasures? Of(Journal journal, string path, SlimFile file, bool curve)
    {
        var (place, hash) = (Path.ChangeExtension(path, ".measures.json"), file.Weights.Hash());
        var known = Read(place);
        if (known?.Weights == hash && (known.Curve is not null || !curve) && known.Fits(file.Classes))
            return known;
        if (file.Data is not { } data || !Path.Exists(data.Path))
            return null;
        if (file.Normalization is not { } normalization)
        {
            journal.Warn(
                $"accuracy of {path} is not measured: it does not say how images are normalised; import or convert it again and say it (SlimFile.Normalization)."
            );
            return null;
        }
        using var model = file.ToModel();
        TrainAndTest sets;
        try
        {
            sets = DataSource.Read(data).MatchedTo(file.Classes, $"the network {file.Network.Name}");
            if ((sets.Test ?? sets.Validation) is { } some)
                Classification.CheckFit(model.Network, some);
        }
        catch (DataException e)
        {
            journal.Warn($"accuracy of {path} is not measured: {e.Message}");
            return null;
        }
        if ((sets.Test ?? sets.Validation) is not { } set)
            return null;
        var confusion = Evaluation.Confusion(model, set, normalization);
        var measures = new ModelMeasures
        {
            Weights = hash,
            Split = sets.Test is null ? "validation" : "test",
            Accuracy = (double)confusion.Select((row, c) => row[c]).Sum() / confusion.Sum(row => row.Sum()),
            Confusion = confusion,
            Curve =
                curve && sets.Validation is not null && NetworkCost.Of(file.Network).Scales > 0
                    ? TrialCuts.Measure(journal, file, sets, data.Path)
                    : null,
        };
        RunFolder.Write(place, JsonSerializer.Serialize(measures, ExperimentsJson.Default.ModelMeasures));
        return measures;
    }

    // A file may have got other classes since.
    private bool Fits(IReadOnlyList<string> classes) => classes.Count == 0 || classes.Count == Confusion.Length;

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (
            Accuracy is not (>= 0 and <= 1)
            || Confusion.Any(row => row?.Length != Confusion.Length || row.Any(n => n < 0))
        )
            throw new JsonException("its numbers make no sense");
        if (Curve is { Points.IsDefaultOrEmpty: true })
            throw new JsonException("its curve has no points");
    }

    private static ModelMeasures? Read(string path)
    {
        try
        {
            return File.Exists(path)
                ? CheckedJson.Read(File.ReadAllText(path), ExperimentsJson.Default.ModelMeasures)
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }
}
