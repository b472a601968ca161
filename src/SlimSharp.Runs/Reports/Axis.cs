using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>An axis of a chart: what is on it, and from where to where.</summary>
/// <param name="Label">What is on it, with its unit.</param>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends, above that.</param>
public sealed record Axis(string Label, double Low, double High)
{
    /// <summary>Equal factors instead of equal differences are equally far.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Shares in [0, 1] are written in percent.</summary>
    public bool IsPercent { get; init; }

    /// <summary>Ticks stand at whole numbers only.</summary>
    public bool IsWhole { get; init; }

    /// <summary>An axis on which some values have room; without finite ones it goes from 0 to 1.</summary>
    public static Axis Over(string label, IEnumerable<double> values, bool logarithmic = false, bool percent = false)
    {
        double[] finite = [.. values.Where(v => double.IsFinite(v) && (!logarithmic || v > 0))];
        if (finite.Length == 0)
            return new(label, logarithmic ? 0.1 : 0, 1) { IsLogarithmic = logarithmic, IsPercent = percent };
        var (low, high) = (finite.Min(), finite.Max());
        if (logarithmic)
            return new(label, low / 1.15, high * 1.15) { IsLogarithmic = true, IsPercent = percent };
        var room = high > low ? 0.04 * (high - low) : Math.Max(Math.Abs(high) * 0.1, percent ? 0.02 : 1e-3);
        (low, high) = (low >= 0 ? Math.Max(low - room, 0) : low - room, high + room);
        return new(
            label,
            low,
            percent
                ? Math.Min(high, 1.0 + 1e-9) is var top && top > low
                    ? top
                    : high
                : high
        )
        {
            IsPercent = percent,
        };
    }

    /// <summary>Where a value stands, 0 at the beginning and 1 at the end.</summary>
    public double At(double value) =>
        Math.Clamp(
            IsLogarithmic ? Math.Log(Math.Max(value, Low) / Low) / Math.Log(High / Low) : (value - Low) / (High - Low),
            0,
            1
        );

    /// <summary>Which of so many equal parts a value lies in, from 0; what lies outside counts at the ends.</summary>
    public int Part(double value, int parts) => Math.Clamp((int)(At(value) * parts), 0, parts - 1);

    /// <summary>Round values along it, at least two, with their texts.</summary>
    public IReadOnlyList<(double Value, string Text)> Ticks()
    {
        double[] values = [.. IsLogarithmic ? Powers() : Steps(5)];
        if (values.Length < 2)
            values = [Low, High];
        return [.. values.Select(v => (v, Write(v + 0.0)))]; // + 0: no minus zero
    }

    /// <summary>A value as it is written on this axis.</summary>
    public string Write(double value)
    {
        if (IsPercent)
            return $"{(100 * value).ToString(100 * (High - Low) < 4 ? "0.0" : "0", CultureInfo.InvariantCulture)} %";
        return Math.Abs(value) switch
        {
            0 => "0",
            >= 1e6 => (value / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + " M",
            >= 1e4 => (value / 1e3).ToString("0.###", CultureInfo.InvariantCulture) + " k",
            < 1e-3 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
            _ => value.ToString("0.####", CultureInfo.InvariantCulture),
        };
    }

    private IEnumerable<double> Steps(int about)
    {
        var rough = (High - Low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step =
            power
            * (
                (rough / power) switch
                {
                    < 1.5 => 1,
                    < 3.5 => 2,
                    < 7.5 => 5,
                    _ => 10,
                }
            );
        if (IsWhole)
            step = Math.Max(step, 1);
        for (var i = Math.Ceiling(Low / step - 1e-9); i * step <= High + 1e-9 * step; i++)
            yield return Math.Round(i * step, 12);
    }

    private IEnumerable<double> Powers()
    {
        var decades = Math.Log10(High / Low);
        double[] digits =
            decades > 4 ? [1]
            : decades > 1.2 ? [1, 3]
            : [1, 1.5, 2, 3, 5, 7];
        var every = Math.Max((int)Math.Ceiling(decades / 8), 1);
        for (var e = (int)Math.Floor(Math.Log10(Low)); e <= Math.Log10(High); e++)
        {
            if (e % every != 0)
                continue;
            foreach (var digit in digits)
            {
                var value = digit * Math.Pow(10, e);
                if (value >= Low * (1 - 1e-9) && value <= High * (1 + 1e-9))
                    yield return value;
            }
        }
    }
}
