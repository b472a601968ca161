using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>One thing a model does in its forward pass.</summary>
/// <param name="Result">The name of the value it makes.</param>
/// <param name="Frees">The values that nobody reads any more afterwards.</param>
public abstract record Step(string Result, ImmutableArray<string> Frees)
{
    /// <summary>Computes a layer.</summary>
    public sealed record Compute(Node Node, ImmutableArray<string> Frees) : Step(Node.Name, Frees)
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"{Result} = {Node.Layer.GetType().Name}({string.Join(", ", Node.Inputs)})";
    }

    /// <summary>Puts an image's channels innermost in memory.</summary>
    public sealed record ToChannelsLast(string Result) : Step(Result, [])
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Result} = ChannelsLast({Result})";
    }

    /// <summary>Changes an image's number type to bfloat16.</summary>
    public sealed record ToBFloat16(string Result) : Step(Result, [])
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Result} = BFloat16({Result})";
    }
}
