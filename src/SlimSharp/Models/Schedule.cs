using System.Collections.Immutable;
using SlimSharp.Models.Kernels;
using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>The steps of a network's forward pass, in order: a pure function of the network and the rules.</summary>
/// <param name="Steps">What is done, one after another.</param>
public sealed record Schedule(ImmutableArray<Step> Steps)
{
    /// <summary>
    /// The steps for <paramref name="network"/>, keeping the values of <paramref name="wanted"/> nodes to the end, with
    /// a tap at each of
    /// <paramref name="tapped"/>. No rule changes a value that somebody looks at.
    /// </summary>
    public static Schedule Of(
        Network network,
        ScheduleOptions options,
        IReadOnlyCollection<string> wanted,
        IReadOnlyCollection<string>? tapped = null
    )
    {
        HashSet<string> taps = [.. tapped ?? []];
        HashSet<string> seen = [.. wanted, .. taps];
        var readers = network
            .Nodes.SelectMany(n => n.Inputs.Select(i => (Input: i, Reader: n)))
            .ToLookup(r => r.Input, r => r.Reader);
        var fused = options is { OwnBackward: true, FuseNormalization: true } ? Fused(network, readers, seen) : [];
        var behind = fused.Values.OfType<Node>().Select(a => a.Name).ToHashSet();
        var chains = options is { OwnBackward: true, ConcatInPlace: true, ChannelsLast: true }
            ? Chains(network, taps)
            : [];
        var steps = new List<Step>();
        foreach (var node in network.Nodes.Where(n => !behind.Contains(n.Name)))
        {
            steps.Add(
                fused.TryGetValue(node.Name, out var activation) ? new Step.Normalize(node, activation)
                : chains.TryGetValue(node.Name, out var chain) ? new Step.Append(node, chain.First, chain.Width)
                : Spare(network, node, readers, seen, options) is { } term ? new Step.AddInto(node, term)
                : new Step.Compute(node)
            );
            if (node.Layer is Input { Shape.IsImage: true })
                steps.AddRange(Prepare(node.Name, options));
            if (taps.Contains(steps[^1].Result))
                steps.Add(new Step.Tap(steps[^1].Result));
        }
        return new(WithFrees(steps, wanted));
    }

    // By BatchNorm, the activation that can be done with it: one that clamps and alone reads it; or null.
    private static Dictionary<string, Node?> Fused(
        Network network,
        ILookup<string, Node> readers,
        HashSet<string> seen
    ) =>
        network
            .Nodes.Where(n => n.Layer is BatchNorm)
            .ToDictionary(
                n => n.Name,
                n =>
                    !seen.Contains(n.Name)
                    && readers[n.Name].ToArray() is [{ Layer: Activation a } only]
                    && Affine.Clamp(a.Function) is not null
                        ? only
                        : null
            );

    // A term of a sum that a convolution made for it alone; a convolution does not look at its output again.
    private static string? Spare(
        Network network,
        Node node,
        ILookup<string, Node> readers,
        HashSet<string> seen,
        ScheduleOptions options
    ) =>
        options is { OwnBackward: true, SumInPlace: true } && node.Layer is Add
            ? node.Inputs.FirstOrDefault(i =>
                network[i].Layer is Convolution { Padding.IsSymmetric: true }
                && readers[i].Count() == 1
                && !seen.Contains(i)
            )
            : null;

    // By concatenation, the first of the chain in which each appends to the one before, and the channels of the last.
    // What a tap puts in one's place is not in its buffer.
    private static Dictionary<string, (string First, int Width)> Chains(Network network, HashSet<string> taps)
    {
        var first = new Dictionary<string, string>();
        var last = new Dictionary<string, string>();
        var images = network.Nodes.Where(n => n.Layer is Concat && network.Shapes[n.Name].IsImage);
        foreach (var node in images.Where(n => !taps.Contains(n.Name)))
        {
            // Only one can go on where another ends.
            var before = node.Inputs[0];
            var chain = first.TryGetValue(before, out var name) && last[name] == before ? name : node.Name;
            first[node.Name] = chain;
            last[chain] = node.Name;
        }
        return first.ToDictionary(c => c.Key, c => (c.Value, network.Shapes[last[c.Value]].Channels));
    }

    private static IEnumerable<Step> Prepare(string input, ScheduleOptions options)
    {
        if (options.ChannelsLast)
            yield return new Step.ToChannelsLast(input);
        if (options.BFloat16)
            yield return new Step.ToBFloat16(input);
    }

    private static ImmutableArray<Step> WithFrees(List<Step> steps, IReadOnlyCollection<string> wanted)
    {
        var later = wanted.ToHashSet();
        for (var i = steps.Count - 1; i >= 0; i--)
        {
            steps[i] = steps[i] with
            {
                Frees = [.. steps[i].Reads.Distinct().Where(r => r != steps[i].Result && later.Add(r))],
            };
        }
        return [.. steps];
    }

    /// <summary>One line per step.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Steps.Select(s => s.ToString()));
}
