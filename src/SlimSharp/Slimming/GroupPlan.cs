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
        if (!IsAscending(Kept) || Wanted is { } wanted && !IsAscending(wanted))
            throw new PlanException(
                $"what is kept of '{Group}' must be numbers from 0 to {Units - 1}, each once and ascending"
            );
    }

    private bool IsAscending(ImmutableArray<int> units)
    {
        var least = 0;
        foreach (var unit in units.IsDefault ? [-1] : units)
        {
            if (unit < least || unit >= Units)
                return false;
            least = unit + 1;
        }
        return true;
    }
}
