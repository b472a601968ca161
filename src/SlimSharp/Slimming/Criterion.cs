using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>What channels are judged by. The least important go first.</summary>
public abstract record Criterion
{
    /// <summary>Why a group that it cannot judge stays.</summary>
    public virtual PlanReasonKind Missing => PlanReasonKind.NoWeights;

    /// <summary>One number ≥ 0 per unit of a group, or null if it says nothing of that group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="subject">Where it is from, with its weights and with what was measured.</param>
    /// <param name="reduction">How coupled channels are taken together.</param>
    /// <exception cref="PlanException">It judges by something that was not measured.</exception>
    public abstract double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
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
