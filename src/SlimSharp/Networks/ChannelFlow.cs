using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>How a layer's output channels relate to its input channels.</summary>
public abstract record ChannelFlow
{
    private ChannelFlow() { }

    /// <summary>
    /// New channels, each computed from many inputs through parameters. With groups, the same position of every
    /// group must be kept or dropped together, on the input as on the output.
    /// </summary>
    /// <param name="Groups">1 unless inputs and outputs fall into blocks.</param>
    public sealed record Own(int Groups = 1) : ChannelFlow;

    /// <summary>Output channel i is computed from channel i of every input.</summary>
    public sealed record Same : ChannelFlow;

    /// <summary>
    /// Output channel i is computed from all input channels of its block, which can only be kept or dropped as a whole.
    /// </summary>
    /// <param name="Count">Blocks of equally many channels.</param>
    public sealed record Blocks(int Count) : ChannelFlow;

    /// <summary>
    /// Values are multiplied with values: channel i of one input meets channel i of another and is added up over the
    /// channels of its head, so that the two fall together, and output channel i is channel i of a third input,
    /// weighted by that. As queries, keys and values are in attention.
    /// </summary>
    /// <param name="Left">The input of the queries, from 0.</param>
    /// <param name="Right">The input of the keys.</param>
    /// <param name="Follows">The input that the output follows, of the values.</param>
    /// <param name="Heads">Blocks of equally many channels that do not see each other.</param>
    public sealed record Joins(int Left, int Right, int Follows, int Heads) : ChannelFlow
    {
        /// <summary>
        /// What falls together: false for whole heads, of all three inputs and the output; true for the same place in
        /// every head, so that all heads stay and get narrower, queries with keys and values with the output each on
        /// their own.
        /// </summary>
        public bool ByPlace { get; init; }
    }

    /// <summary>Output channel i is computed from all input channels, none of which can be dropped.</summary>
    /// <param name="Because">Why, as the end of a sentence.</param>
    public sealed record Whole(string Because) : ChannelFlow;

    /// <summary>Output channel i is the source channel at place i.</summary>
    /// <param name="Sources">One source per output channel.</param>
    public sealed record Map(ImmutableArray<ChannelSource> Sources) : ChannelFlow;

    /// <summary>
    /// Output channel i is the source channel at place i, and may go without it; a source that goes takes its outputs
    /// along.
    /// </summary>
    /// <param name="Sources">One source per output channel.</param>
    public sealed record Pick(ImmutableArray<ChannelSource> Sources) : ChannelFlow;
}
