using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>What becomes of one group of channels.</summary>
/// <param name="Group">The group's name: the node that produces the channels.</param>
/// <param name="Units">How many units it has.</param>
/// <param name="Kept">The units that stay, ascending.</param>
/// <param name="Why">Why so many.</param>
public sealed record GroupPlan(string Group, int Units, ImmutableArray<int> Kept, PlanReason Why) : IJsonOnDeserialized
{
    /// <summary>
    /// The units that were to stay before those went that no layer reads any more; null where that changed nothing.
    /// </summary>
    public ImmutableArray<int>? Wanted { get; init; }

    /// <summary>The units that go, ascending.</summary>
    public IEnumerable<int> Removed() => Enumerable.Range(0, Units).Except(Kept);

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (!IsAscending(Kept, Units) || Wanted is { } wanted && !IsAscending(wanted, Units))
            throw new PlanException(
                $"what is kept of '{Group}' must be numbers from 0 to {Units - 1}, each once and ascending"
            );
    }

    /// <summary>True if some numbers are from 0 to <paramref name="count"/> − 1, each once and ascending.</summary>
    internal static bool IsAscending(ImmutableArray<int> numbers, int count)
    {
        var least = 0;
        foreach (var number in numbers.IsDefault ? [-1] : numbers)
        {
            if (number < least || number >= count)
                return false;
            least = number + 1;
        }
        return true;
    }
}
