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

    /// <summary>Output channel i is computed from all input channels, none of which can be dropped.</summary>
    /// <param name="Because">Why, as the end of a sentence.</param>
    public sealed record Whole(string Because) : ChannelFlow;

    /// <summary>Output channel i is the source channel at place i.</summary>
    /// <param name="Sources">One source per output channel.</param>
    public sealed record Map(ImmutableArray<ChannelSource> Sources) : ChannelFlow;

    /// <summary>
    /// Output channel i is the source channel at place i, and may go without it; a source that goes takes its outputs along.
    /// </summary>
    /// <param name="Sources">One source per output channel.</param>
    public sealed record Pick(ImmutableArray<ChannelSource> Sources) : ChannelFlow;
}
