using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>What channels are judged by. The least important go first.</summary>
public abstract record Criterion
{
    /// <summary>Why a group that it cannot judge stays.</summary>
    internal virtual string Missing => "no weights to judge by";

    /// <summary>One number ≥ 0 per unit of a group, or null if it says nothing of that group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="network">Its network.</param>
    /// <param name="weights">The weights of all parameters that the group has slices of.</param>
    /// <param name="reduction">How coupled channels are taken together.</param>
    public abstract double[]? Of(
        ChannelGroup group,
        Network network,
        Weights weights,
        ImportanceReduction reduction = ImportanceReduction.Max
    );

    /// <summary>Numbers of coupled channels taken together.</summary>
    protected static double Reduce(List<double> members, ImportanceReduction reduction) =>
        reduction switch
        {
            ImportanceReduction.Mean => members.Average(),
            ImportanceReduction.Sum => members.Sum(),
            _ => members.Max(),
        };
}
