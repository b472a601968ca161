using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>
/// Concatenations that append to one another write into one buffer instead of copying. What a tap puts in one's place
/// is not in its buffer.
/// </summary>
internal sealed class ConcatInPlace() : RewriteRule("concat-in-place")
{
    internal override IEnumerable<(string Node, Step Step)> Steps(RewriteSite site)
    {
        var first = new Dictionary<string, string>();
        var last = new Dictionary<string, string>();
        var images = site.Network.Nodes.Where(n => n.Layer is Concat && site.Network.Shapes[n.Name].IsImage);
        Node[] nodes = site.Options.ChannelsLast ? [.. images.Where(n => !site.Tapped.Contains(n.Name))] : [];
        foreach (var node in nodes)
        {
            // Only one can go on where another ends.
            var before = node.Inputs[0];
            var chain = first.TryGetValue(before, out var name) && last[name] == before ? name : node.Name;
            first[node.Name] = chain;
            last[chain] = node.Name;
        }
        int Width(string chain) => site.Network.Shapes[last[chain]].Channels;
        return nodes.Select(n => (n.Name, (Step)new Step.Append(n, first[n.Name], Width(first[n.Name]))));
    }
}
