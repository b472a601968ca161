using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>How the tokens of a layer's output relate to those of the sequences that it reads.</summary>
public abstract record TokenFlow
{
    private TokenFlow() { }

    /// <summary>Output token t is computed from token t of every sequence that is read.</summary>
    public sealed record Same : TokenFlow;

    /// <summary>Output token t is the source token at place t, and goes with it.</summary>
    /// <param name="Sources">
    /// One token of the first input per output token; <see cref="Select.Zero"/> for zeros.
    /// </param>
    public sealed record Pick(ImmutableArray<int> Sources) : TokenFlow;

    /// <summary>
    /// All tokens of some inputs are brought together, as a sum does, or attention with those of its keys and values:
    /// any of them may go, from all of these inputs alike.
    /// </summary>
    /// <param name="Ports">Those inputs, from 0.</param>
    /// <param name="Mask">How a masked network leaves out what goes.</param>
    /// <param name="Follows">
    /// The input whose token t output token t goes with, as queries in attention; null if the output has tokens of its
    /// own, or none.
    /// </param>
    public sealed record Mixed(ImmutableArray<int> Ports, TokenMask Mask, int? Follows = null) : TokenFlow;

    /// <summary>All tokens are needed.</summary>
    /// <param name="Because">Why, as the end of a sentence.</param>
    public sealed record Whole(string Because) : TokenFlow;
}
