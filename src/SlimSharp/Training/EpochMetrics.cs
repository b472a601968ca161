using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>What is measured at the end of an epoch.</summary>
public sealed record EpochMetrics : IJsonOnDeserialized
{
    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>The learning rate of its last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Mean loss over training images, as they were augmented and while weights changed.</summary>
    public double TrainLoss { get; init; }

    /// <summary>Accuracy over training images, likewise, in [0, 1].</summary>
    public double TrainAccuracy { get; init; }

    /// <summary>Mean loss over validation images; null without such.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Accuracy over validation images in [0, 1]; null without such.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>The share of BatchNorm scales below <see cref="Regularizers.ScaleRegularizer.NearZero"/>.</summary>
    public double NearZero { get; init; }

    /// <summary>The share of BatchNorm scales that are exactly zero.</summary>
    public double Zero { get; init; }

    /// <summary>What the regularisers measured, by name; null if nothing.</summary>
    public IReadOnlyDictionary<string, double>? Measures { get; init; }

    /// <summary>Which numbers were not finite, in words: they are left out above, since files cannot hold them. Null if all were.</summary>
    public string? Remark { get; init; }

    /// <summary>Seconds that the epoch took.</summary>
    public double Seconds { get; init; }

    /// <summary>The same without numbers that are not finite, and with a remark about those.</summary>
    internal EpochMetrics WithoutInfinities()
    {
        List<string> remarks = [];
        if (ValidationLoss is { } loss && !double.IsFinite(loss))
            remarks.Add($"the validation loss is {Word(loss)}");
        foreach (var (name, value) in Measures?.Where(m => !double.IsFinite(m.Value)) ?? [])
            remarks.Add($"{name} is {Word(value)}");
        return remarks.Count == 0
            ? this
            : this with
            {
                ValidationLoss = ValidationLoss is { } finite && double.IsFinite(finite) ? finite : null,
                Measures = Measures
                    ?.Where(m => double.IsFinite(m.Value))
                    .ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
                Remark = string.Join(", ", remarks),
            };
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Epoch < 1 || !(Seconds >= 0))
            throw new TrainingException("epochs are counted from 1, and their seconds from 0");
        double[] shares = [TrainAccuracy, ValidationAccuracy ?? 0, NearZero, Zero];
        if (!shares.All(s => s is >= 0 and <= 1))
            throw new TrainingException("accuracies and shares must lie in [0, 1]");
        if (Measures?.Keys.Any(string.IsNullOrWhiteSpace) == true)
            throw new TrainingException("a measure has no name");
    }

    private static string Word(double value) => double.IsNaN(value) ? "not a number" : "infinite";
}
