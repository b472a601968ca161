using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>
/// What is compared: "parameters" or "macs", in percent of the other's; a measure on test samples by its name, such as
/// "accuracy"; or how much of it was lost since the first stage, as in "agreement lost" ("loss" is that of accuracy).
/// Shares are in points.
/// </summary>
[JsonConverter(typeof(MeasureConverter))]
public sealed record Measure
{
    private const string Lost = " lost";

    private Measure(string text, string name, bool isLost, bool isCost) =>
        (Text, Name, IsLost, IsCost) = (text, name, isLost, isCost);

    /// <summary>Accuracy on test images, in points.</summary>
    public static Measure Accuracy { get; } = Parse(MeasureName.Accuracy);

    /// <summary>Accuracy lost since the first stage, in points.</summary>
    public static Measure Loss { get; } = Parse("loss");

    /// <summary>Parameters, in percent of the other's.</summary>
    public static Measure Parameters { get; } = Parse("parameters");

    /// <summary>Multiply-adds, in percent of the other's.</summary>
    public static Measure Macs { get; } = Parse("macs");

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>What is measured.</summary>
    public string Name { get; }

    /// <summary>Whether it is what was lost of that since the first stage.</summary>
    public bool IsLost { get; }

    /// <summary>Whether it is a cost, of which shares are compared and not differences.</summary>
    public bool IsCost { get; }

    /// <summary>Reads its text.</summary>
    /// <exception cref="FormatException">It is empty.</exception>
    public static Measure Parse(string text) =>
        text switch
        {
            "loss" => new(text, MeasureName.Accuracy, true, false),
            "parameters" or "macs" => new(text, text, false, true),
            _ when string.IsNullOrWhiteSpace(text) => throw new FormatException("a measure has no name"),
            _ when text.EndsWith(Lost, StringComparison.Ordinal) => new(text, text[..^Lost.Length], true, false),
            _ => new(text, text, false, false),
        };

    /// <summary>In words.</summary>
    public override string ToString() =>
        IsCost && Name == "macs" ? "multiply-adds"
        : IsLost ? Name + Lost
        : Name;

    /// <summary>Of a result; null if it was not measured.</summary>
    /// <param name="result">The result.</param>
    /// <param name="first">That of the first stage; null if that is not finished.</param>
    internal double? Of(SweepResult result, SweepResult? first) =>
        IsCost ? (Name == "macs" ? result.Macs : result.Parameters)
        : !IsLost ? On(result)
        : On(first) - On(result);

    private double? On(SweepResult? result) =>
        result?.Test.TryGetValue(Name, out var value) == true
            ? (MeasureName.IsShare(Name) ? 100 * value : value)
            : null;
}
