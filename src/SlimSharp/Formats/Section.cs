namespace SlimSharp.Formats;

/// <summary>What a tensor in a <c>.slim</c> file belongs to.</summary>
internal enum Section
{
    /// <summary>The network's parameters and buffers.</summary>
    Network,

    /// <summary>The inputs on which a cut is checked, and what they give.</summary>
    Probe,

    /// <summary>What an optimiser remembers.</summary>
    Optimizer,

    /// <summary>What methods keep beside the network.</summary>
    Methods,

    /// <summary>The parameters and buffers of the best epoch.</summary>
    Best,

    /// <summary>Where the source of batches stands, beyond epoch and batch.</summary>
    Source,
}
