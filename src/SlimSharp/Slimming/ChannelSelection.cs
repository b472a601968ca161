using System.Runtime.CompilerServices;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Channel selection for networks with a trunk (Liu et al., ICCV 2017): what several layers read keeps its width, and
/// each of them selects from it. The selection stands in front of the BatchNorm, which is narrowed with it; as
/// published it stands behind, which computes the same and keeps a full-width BatchNorm.
/// </summary>
public static class ChannelSelection
{
    /// <summary>The end of the names of selections.</summary>
    public const string Suffix = ".select";

    private static readonly ConditionalWeakTable<Network, Network> Known = [];

    /// <summary>The same as <see cref="Insert"/> in front of BatchNorms, made once per network.</summary>
    internal static Network InFront(Network network) => Known.GetValue(network, n => Insert(n));

    /// <summary>
    /// The same network with a selection of all channels at every BatchNorm that reads a trunk. Computes the same.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="behind">As published: behind the BatchNorm instead of in front of it.</param>
    public static Network Insert(Network network, bool behind = false)
    {
        var sites = Sites(network).ToHashSet();
        var nodes = new List<Node>();
        var renamed = new Dictionary<string, string>();
        foreach (var node in network.Nodes)
        {
            var read = node with { Inputs = [.. node.Inputs.Select(i => renamed.GetValueOrDefault(i, i))] };
            if (!sites.Contains(node.Name))
            {
                nodes.Add(read);
                continue;
            }
            var all = new Select([.. Enumerable.Range(0, network.Shapes[node.Name].Channels)]) { Picks = true };
            var name = node.Name + Suffix;
            nodes.AddRange(
                behind
                    ? [read, new(name, all, [node.Name])]
                    : [new(name, all, read.Inputs), read with { Inputs = [name] }]
            );
            if (behind)
                renamed[node.Name] = name;
        }
        return new(network.Name, [.. nodes], network.Outputs);
    }

    /// <summary>
    /// The BatchNorms that read a trunk: anything but a convolution or linear layer that only they read.
    /// </summary>
    public static IEnumerable<string> Sites(Network network)
    {
        var readers = network.Nodes.SelectMany(n => n.Inputs).GroupBy(i => i).ToDictionary(g => g.Key, g => g.Count());
        foreach (var node in network.Nodes.Where(n => IsNorm(n) && !network.Outputs.Contains(n.Name)))
        {
            var source = network[node.Inputs[0]];
            var own = source.Layer.Traits().FeedsItsNorm && readers[source.Name] == 1;
            if (!own && network.FlowOf(source) is not ChannelFlow.Pick)
                yield return node.Name;
        }
    }

    private static bool IsNorm(Node node) => node.Layer.Statistics() is not null;
}
