using System.Collections.Immutable;
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
        var rewritten = options.OwnBackward
            ? Rewritten(new(network, options, new HashSet<string>([.. wanted, .. taps]), taps))
            : [];
        // What a step makes beyond the node that it begins at is made.
        var made = rewritten.Where(r => r.Value.Result != r.Key).Select(r => r.Value.Result).ToHashSet();
        var steps = new List<Step>();
        foreach (var node in network.Nodes.Where(n => !made.Contains(n.Name)))
        {
            steps.Add(rewritten.GetValueOrDefault(node.Name) ?? new Step.Compute(node));
            if (node.Layer is Input { Shape.IsImage: true })
                steps.AddRange(Prepare(node.Name, options));
            if (taps.Contains(steps[^1].Result))
                steps.Add(new Step.Tap(steps[^1].Result));
        }
        return new(WithFrees(steps, wanted));
    }

    private static Dictionary<string, Step> Rewritten(RewriteSite site)
    {
        var steps = new Dictionary<string, Step>();
        var done = new HashSet<string>();
        foreach (var (node, step) in site.Options.Rules.SelectMany(r => r.Steps(site)))
        {
            if (done.Contains(node) || done.Contains(step.Result))
                continue;
            steps[node] = step;
            done.UnionWith([node, step.Result]);
        }
        return steps;
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
