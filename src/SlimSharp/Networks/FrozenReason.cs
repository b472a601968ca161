namespace SlimSharp.Networks;

/// <summary>Why no unit of a <see cref="ChannelGroup"/> may be removed.</summary>
/// <param name="Kind">What keeps it.</param>
/// <param name="Because">
/// What the layer says that needs all channels, as the end of a sentence; null for inputs and outputs.
/// </param>
public sealed record FrozenReason(FrozenKind Kind, string? Because = null)
{
    /// <summary>The end of a sentence, as in "it is an output of the network".</summary>
    public override string ToString() =>
        Kind switch
        {
            FrozenKind.Output => "it is an output of the network",
            FrozenKind.Input => "it is an input of the network",
            _ => Because ?? "a layer needs all of them",
        };
}
