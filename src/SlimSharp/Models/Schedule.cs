using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>The steps of a network's forward pass, in order: a pure function of the network and the rules.</summary>
/// <param name="Steps">What is done, one after another.</param>
public sealed record Schedule(ImmutableArray<Step> Steps)
{
    /// <summary>The steps for <paramref name="network"/>, keeping the values of <paramref name="wanted"/> nodes to the end.</summary>
    public static Schedule Of(Network network, ScheduleOptions options, IReadOnlyCollection<string> wanted)
    {
        var lastReader = new Dictionary<string, string>();
        foreach (var node in network.Nodes)
        {
            foreach (var input in node.Inputs)
                lastReader[input] = node.Name;
        }
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var node in network.Nodes)
        {
            var frees = node.Inputs.Distinct().Where(i => lastReader[i] == node.Name && !wanted.Contains(i));
            steps.Add(new Step.Compute(node, [.. frees]));
            if (node.Layer is Input { Shape.IsImage: true })
                steps.AddRange(Prepare(node.Name, options));
        }
        return new(steps.ToImmutable());
    }

    private static IEnumerable<Step> Prepare(string input, ScheduleOptions options)
    {
        if (options.ChannelsLast)
            yield return new Step.ToChannelsLast(input);
        if (options.BFloat16)
            yield return new Step.ToBFloat16(input);
    }

    /// <summary>One line per step.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Steps.Select(s => s.ToString()));
}
