using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>What a rule sees: the network, who reads what, and which values others look at.</summary>
/// <param name="network">The network.</param>
/// <param name="options">How it is run.</param>
/// <param name="seen">The nodes whose values somebody looks at, as outputs or through a tap; they must be made.</param>
/// <param name="tapped">Those among them in whose place a tap may put something else.</param>
internal sealed class RewriteSite(
    Network network,
    ScheduleOptions options,
    IReadOnlySet<string> seen,
    IReadOnlySet<string> tapped
)
{
    private readonly ILookup<string, Node> _readers = network
        .Nodes.SelectMany(n => n.Inputs.Select(i => (Input: i, Reader: n)))
        .ToLookup(r => r.Input, r => r.Reader);

    internal Network Network => network;

    internal ScheduleOptions Options => options;

    internal IReadOnlySet<string> Seen => seen;

    internal IReadOnlySet<string> Tapped => tapped;

    /// <summary>The node that alone reads a value at which nobody else looks; null if there is none.</summary>
    internal Node? OnlyReader(string name) =>
        !seen.Contains(name) && _readers[name].ToArray() is [var only] ? only : null;
}
