using SlimSharp.Models;

namespace SlimSharp.Slimming;

/// <summary>What a plan is made for: all that a <see cref="Criterion"/> has to judge by.</summary>
/// <param name="Graph">The groups, and the parameters in which they lie.</param>
/// <param name="Weights">All parameters and buffers.</param>
/// <param name="Evidence">What was measured; null if nothing was.</param>
public sealed record PlanSubject(IChannelGraph Graph, Weights Weights, Evidence? Evidence = null)
{
    /// <summary>
    /// A criterion of a program's own, in place of the one that the options name. Between layers it compares as the
    /// options say, but divides by their means only where that is asked for.
    /// </summary>
    public Criterion? Criterion { get; init; }

    /// <summary>The evidence that a criterion needs.</summary>
    /// <exception cref="PlanException">It was not measured, or something else was.</exception>
    public T Measured<T>()
        where T : Evidence =>
        Evidence switch
        {
            T evidence => evidence,
            null => throw new PlanException(
                $"The criterion judges by a {typeof(T).Name}, which is measured on training images; measure one and give it to the planner."
            ),
            _ => throw new PlanException(
                $"The criterion judges by a {typeof(T).Name}, but a {Evidence.GetType().Name} was measured."
            ),
        };
}
