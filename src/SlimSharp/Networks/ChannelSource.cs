namespace SlimSharp.Networks;

/// <summary>A channel of one of a layer's inputs.</summary>
/// <param name="Port">Which input, from 0.</param>
/// <param name="Channel">Which channel of it.</param>
public readonly record struct ChannelSource(int Port, int Channel)
{
    /// <summary>No channel at all: zeros.</summary>
    public static ChannelSource None { get; } = new(-1, -1);
}
