using System.Collections.Immutable;

namespace SlimSharp.Training;

/// <summary>
/// A training whose loss or weights are no longer finite numbers. The last checkpoint that was saved is from before.
/// </summary>
/// <param name="what">What is no longer a number, and where, as the beginning of a sentence.</param>
/// <param name="history">The epochs that were finished, the last of them perhaps with a remark.</param>
public sealed class DivergedException(string what, ImmutableArray<EpochMetrics> history)
    : TrainingException($"{what}; take a smaller learning rate or λ.")
{
    /// <summary>
    /// What was measured at the end of every epoch; where a number was not finite, it is null and a remark says so.
    /// </summary>
    public ImmutableArray<EpochMetrics> History => history;
}
