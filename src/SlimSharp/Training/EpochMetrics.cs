using System.Text.Json.Serialization;
using SlimSharp.Objectives;

namespace SlimSharp.Training;

/// <summary>What is measured at the end of an epoch.</summary>
public sealed record EpochMetrics : IJsonOnDeserialized
{
    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>The learning rate of its last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Mean loss over training samples, as they were augmented and while weights changed.</summary>
    public double TrainLoss { get; init; }

    /// <summary>The objective's measures over training samples, likewise, by name.</summary>
    public IReadOnlyDictionary<string, double> Train
    {
        get => field ?? Nothing;
        init;
    } = Nothing;

    /// <summary>Mean loss over validation samples; null without such.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The objective's measures over validation samples, by name; null without such.</summary>
    public IReadOnlyDictionary<string, double>? Validation { get; init; }

    /// <summary>Accuracy over training samples in [0, 1]; null if it was not measured.</summary>
    [JsonIgnore]
    public double? TrainAccuracy => Of(Train, NamedMeasure.Accuracy.Name);

    /// <summary>Accuracy over validation samples in [0, 1]; null if it was not measured.</summary>
    [JsonIgnore]
    public double? ValidationAccuracy => Of(Validation, NamedMeasure.Accuracy.Name);

    /// <summary>The share of BatchNorm scales below <see cref="Models.BatchNormScales.NearZero"/>.</summary>
    public double NearZero { get; init; }

    /// <summary>The share of BatchNorm scales that are exactly zero.</summary>
    public double Zero { get; init; }

    /// <summary>What the regularisers measured, by name; null if nothing.</summary>
    public IReadOnlyDictionary<string, double>? Measures { get; init; }

    /// <summary>
    /// Which numbers were not finite, in words: they are left out above, since files cannot hold them. Null if all
    /// were.
    /// </summary>
    public string? Remark { get; init; }

    /// <summary>Seconds that the epoch took.</summary>
    public double Seconds { get; init; }

    /// <summary>The epoch, losses and measures, by name.</summary>
    public override string ToString()
    {
        static string Of(string set, double? loss, IReadOnlyDictionary<string, double>? measures) =>
            loss is null
                ? ""
                : FormattableString.Invariant($"; {set}: loss {loss:G4}")
                    + string.Concat(
                        (measures ?? Nothing).Select(m => FormattableString.Invariant($", {m.Key} {m.Value:G4}"))
                    );
        return $"epoch {Epoch}{Of("training", TrainLoss, Train)}{Of("validation", ValidationLoss, Validation)}";
    }

    /// <summary>The same without numbers that are not finite, and with a remark about those.</summary>
    internal EpochMetrics WithoutInfinities()
    {
        List<string> remarks = [];
        if (ValidationLoss is { } loss && !double.IsFinite(loss))
            remarks.Add($"the validation loss is {Word(loss)}");
        foreach (var (name, value) in Measures?.Where(m => !double.IsFinite(m.Value)) ?? [])
            remarks.Add($"{name} is {Word(value)}");
        var (train, validation) = (Finite("", Train, remarks)!, Finite("the validation ", Validation, remarks));
        return remarks.Count == 0
            ? this
            : this with
            {
                Train = train,
                Validation = validation,
                ValidationLoss = ValidationLoss is { } finite && double.IsFinite(finite) ? finite : null,
                Measures = Measures
                    ?.Where(m => double.IsFinite(m.Value))
                    .ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
                Remark = string.Join(", ", remarks),
            };
    }

    // Metrics of earlier versions know accuracy alone; they are read as what they meant, and never written.
    [JsonInclude, JsonPropertyName("trainAccuracy")]
    internal double? EarlierTrain
    {
        get => null;
        init => Train = With(Train, value) ?? Train;
    }

    [JsonInclude, JsonPropertyName("validationAccuracy")]
    internal double? EarlierValidation
    {
        get => null;
        init => Validation = With(Validation, value) ?? Validation;
    }

    private static Dictionary<string, double> Nothing { get; } = [];

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Epoch < 1 || !(Seconds >= 0))
            throw new TrainingException("epochs are counted from 1, and their seconds from 0");
        double[] shares = [TrainAccuracy ?? 0, ValidationAccuracy ?? 0, NearZero, Zero];
        if (!shares.All(s => s is >= 0 and <= 1))
            throw new TrainingException("accuracies and shares must lie in [0, 1]");
        if (
            (Measures ?? Nothing).Concat(Train).Concat(Validation ?? Nothing).Any(m => string.IsNullOrWhiteSpace(m.Key))
        )
            throw new TrainingException("a measure has no name");
    }

    private static double? Of(IReadOnlyDictionary<string, double>? measures, string name) =>
        measures is not null && measures.TryGetValue(name, out var value) ? value : null;

    private static Dictionary<string, double>? With(IReadOnlyDictionary<string, double>? measures, double? accuracy) =>
        accuracy is { } value
            ? new(measures ?? Nothing, StringComparer.Ordinal) { [NamedMeasure.Accuracy.Name] = value }
            : null;

    private static IReadOnlyDictionary<string, double>? Finite(
        string what,
        IReadOnlyDictionary<string, double>? measures,
        List<string> remarks
    )
    {
        if (measures is null || measures.Values.All(double.IsFinite))
            return measures;
        remarks.AddRange(
            measures.Where(m => !double.IsFinite(m.Value)).Select(m => $"{what}{m.Key} is {Word(m.Value)}")
        );
        return measures.Where(m => double.IsFinite(m.Value)).ToDictionary(StringComparer.Ordinal);
    }

    private static string Word(double value) => double.IsNaN(value) ? "not a number" : "infinite";
}
