namespace SlimSharp.Networks;

/// <summary>What keeps a <see cref="ChannelGroup"/> whole.</summary>
public enum FrozenKind
{
    /// <summary>Its channels are an output of the network.</summary>
    Output,

    /// <summary>Its channels are an input of the network.</summary>
    Input,

    /// <summary>A layer needs all of them.</summary>
    Layer,
}
