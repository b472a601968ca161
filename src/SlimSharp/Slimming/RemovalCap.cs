using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// At most a share of a layer's channels may go: of n at least ⌊(1 − share)·n⌋ + 1 stay, the most important, and the
/// others are ranked without them.
/// </summary>
/// <param name="Share">In (0, 1]; published with OrthoReg is 0.95.</param>
/// <param name="KeepsLast">
/// The last channels stay in the place of the most important, as in OrthoReg's released code.
/// </param>
public sealed record RemovalCap(double Share = 0.95, bool KeepsLast = false) : IJsonOnDeserialized
{
    /// <summary>
    /// Of how many channels the share is, by names of groups: the widths before the first of several cuts, so that all
    /// of them together take no more than the share. Null for those of the network that is cut.
    /// </summary>
    public ImmutableSortedDictionary<string, int>? Widths { get; init; }

    /// <summary>How many of a layer's channels stay at least.</summary>
    public int Least(int channels) => Math.Min(channels, (int)Math.Floor((1 - Share) * channels + 1e-9) + 1);

    /// <summary>How many of a group's channels stay at least, where <see cref="Widths"/> may know more of it.</summary>
    internal int Least(int channels, string group) =>
        Math.Min(channels, Least(Widths?.GetValueOrDefault(group, channels) ?? channels));

    /// <summary>Importance in which what must stay is infinite.</summary>
    /// <param name="importance">Of a layer's channels.</param>
    /// <param name="least">How many of them must stay; null for <see cref="Least(int)"/> of so many.</param>
    public double[] Protect(IReadOnlyList<double> importance, int? least = null)
    {
        var count = importance.Count;
        var stay = Math.Min(least ?? Least(count), count);
        double[] ranked = [.. importance];
        var kept = KeepsLast
            ? Enumerable.Range(count - stay, stay)
            : Enumerable.Range(0, count).OrderBy(i => importance[i]).TakeLast(stay);
        foreach (var channel in kept.ToArray())
            ranked[channel] = double.PositiveInfinity;
        return ranked;
    }

    /// <summary>Reads a share, or one with ",published" behind it.</summary>
    /// <exception cref="FormatException">It is neither; the message says what is.</exception>
    public static RemovalCap Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return
            double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and <= 1
            && parts is [_] or [_, "published"]
            ? new(share, parts.Length > 1)
            : throw new FormatException(
                $"'{text}' is no cap on what may go of a layer: give a share in (0, 1], such as 0.95, or 0.95,published."
            );
    }

    /// <summary>The text form, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => FormattableString.Invariant($"{Share:R}{(KeepsLast ? ",published" : "")}");

    /// <summary>True if the same may go of the same widths.</summary>
    /// <param name="other">Another cap, or null.</param>
    public bool Equals(RemovalCap? other) =>
        other is not null
        && (Share, KeepsLast) == (other.Share, other.KeepsLast)
        && (
            Widths is null || other.Widths is null
                ? ReferenceEquals(Widths, other.Widths)
                : Widths.SequenceEqual(other.Widths)
        );

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Share, KeepsLast);

    /// <exception cref="PlanException">The share is out of range.</exception>
    internal void Check()
    {
        if (!(Share is > 0 and <= 1))
            throw new PlanException(
                FormattableString.Invariant($"PlanOptions.Cap has a share of {Share}, but it must lie in (0, 1].")
            );
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized() => Check();
}
