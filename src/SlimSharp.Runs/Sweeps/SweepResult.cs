using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>What a finished run of a sweep measured.</summary>
public sealed record SweepResult : IJsonOnDeserialized
{
    /// <summary>What was measured on test samples, by name.</summary>
    public ImmutableSortedDictionary<string, double> Test
    {
        get => field ?? MeasureName.None;
        init;
    } = MeasureName.None;

    /// <summary>What was measured on the training samples that were held out, by name; null if none were.</summary>
    public ImmutableSortedDictionary<string, double>? HeldOut { get; init; }

    /// <summary>Accuracy on test images in [0, 1].</summary>
    /// <exception cref="RunException">It was not measured.</exception>
    [JsonIgnore]
    public double Accuracy =>
        Test.TryGetValue(MeasureName.Accuracy, out var accuracy)
            ? accuracy
            : throw new RunException("a run measured no accuracy");

    /// <summary>
    /// Accuracy on the training images that were held out; null if none were, or it was not measured.
    /// </summary>
    [JsonIgnore]
    public double? Validation => HeldOut?.TryGetValue(MeasureName.Accuracy, out var accuracy) == true ? accuracy : null;

    // Of earlier versions, which know accuracy alone; never written.
    [JsonInclude, JsonPropertyName("accuracy")]
    internal double? EarlierTest
    {
        get => null;
        init => Test = value is { } accuracy ? Test.SetItem(MeasureName.Accuracy, accuracy) : Test;
    }

    [JsonInclude, JsonPropertyName("validation")]
    internal double? EarlierHeldOut
    {
        get => null;
        init =>
            HeldOut = value is { } accuracy
                ? (HeldOut ?? MeasureName.None).SetItem(MeasureName.Accuracy, accuracy)
                : HeldOut;
    }

    /// <summary>Where scales are counted.</summary>
    public static Axis ScaleAxis { get; } = new("|γ|, BatchNorm scale", 1e-6, 10) { IsLogarithmic = true };

    /// <summary>
    /// Of a training, how many BatchNorm scales have |γ| in each of 42 equal parts of <see cref="ScaleAxis"/>, in
    /// order; smaller ones and zeros count in the first. Empty of other runs.
    /// </summary>
    public ImmutableArray<int> Scales
    {
        get => field.IsDefault ? [] : field; // of runs that did not count them
        init;
    }

    /// <summary>What was there when it was begun; null if it is of a version that did not note that.</summary>
    public SweepStart? Start { get; init; }

    /// <summary>What whoever compares the run should know; null if it is of a version that kept no warnings.</summary>
    public ImmutableArray<RunWarning>? Warnings { get; init; }

    /// <summary>Trained parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Multiply-adds per image.</summary>
    public long Macs { get; init; }

    /// <summary>Classes that are told apart.</summary>
    public int Classes { get; init; }

    /// <summary>Seconds that its last attempt took.</summary>
    public double Seconds { get; init; }

    private const int Bins = 42;
    private const string Name = "result.json";

    /// <summary>The result in a run's result folder; null if there is none.</summary>
    /// <exception cref="RunException">It cannot be read.</exception>
    public static SweepResult? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return null;
        try
        {
            var result = CheckedJson.Read(File.ReadAllText(path), RunsJson.Default.SweepResult);
            return result with { Start = result.Start ?? SweepStart.Read(folder) };
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RunException(
                $"{path} cannot be read ({e.Message.TrimEnd('.')}); remove its folder, and the run is done again.",
                e
            );
        }
    }

    /// <summary>Writes it into the folder of an attempt.</summary>
    public void Write(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, Name), JsonSerializer.Serialize(this, RunsJson.Default.SweepResult));

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Test.Count == 0)
            throw new RunException("nothing was measured on test images");
        if (
            Test.ContainsKey(MeasureName.Accuracy) && Accuracy is not (>= 0 and <= 1)
            || Validation is not (null or (>= 0 and <= 1))
        )
            throw new RunException("an accuracy is not in [0, 1]");
        if (Parameters < 0 || Macs < 0 || Classes < 0 || !(Seconds >= 0))
            throw new RunException("a count is below 0");
        if (Scales.Length > 0 && Scales.Length != Bins || Scales.Any(n => n < 0))
            throw new RunException($"scales are counted in {Bins} parts");
    }
}
