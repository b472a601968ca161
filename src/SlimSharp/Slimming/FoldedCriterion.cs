using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// The l2 norm of the filter with what follows it folded in: ‖γ/√(σ² + ε)·W‖₂ with a BatchNorm behind it, by which
/// filters are as large as what they hand on. The norm of W alone says nothing there, since BatchNorm undoes any
/// factor.
/// </summary>
public sealed record FoldedCriterion : FilterCriterion
{
    internal const string Text = "folded";

    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters) => Plain(filters);

    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters, ChannelSlice slice, PlanSubject subject) =>
        subject.Graph is NetworkGraph { Network: var network }
            ? [.. Of(filters).Zip(Factors(network, slice.Parameter, subject.Weights), (norm, f) => norm * Math.Abs(f))]
            : Of(filters); // nobody says what follows

    /// <summary>One norm for each filter of a weight.</summary>
    internal static double[] Norms(Network network, string parameter, Weights weights)
    {
        using var filters = weights[parameter].detach().flatten(1);
        using var wide = filters.to(torch.float64);
        return [.. Plain(wide).Zip(Factors(network, parameter, weights), (norm, f) => norm * Math.Abs(f))];
    }

    /// <summary>What alone reads a layer and multiplies each of its channels, one behind another.</summary>
    internal static IEnumerable<Node> Behind(Network network, string node)
    {
        while (
            network.Nodes.Where(n => n.Inputs.Contains(node)).ToArray() is [var reader]
            && !network.Outputs.Contains(node)
            && reader.Layer.Parameters(network.InputShapes(reader)).Any()
            && network.FlowOf(reader) is ChannelFlow.Same
        )
        {
            yield return reader;
            node = reader.Name;
        }
    }

    /// <summary>Whether its channels are the network's outputs, with nothing behind it that mixes them.</summary>
    internal static bool IsOutput(Network network, string node) =>
        network.Outputs.Contains(node)
        || network
            .Nodes.Where(n => n.Inputs.Contains(node))
            .Any(n => network.FlowOf(n) is not ChannelFlow.Own && IsOutput(network, n.Name));

    private static double[] Plain(torch.Tensor filters)
    {
        using var squares = filters.mul(filters);
        using var sums = squares.sum(1);
        return [.. Numbers.Read(sums).Select(Math.Sqrt)];
    }

    // By channel.
    private static double[] Factors(Network network, string parameter, Weights weights)
    {
        var node = network.Parameters().First(p => p.Name == parameter).Node.Name;
        double[] factors = [.. Enumerable.Repeat(1.0, network.Shapes[node].Channels)];
        foreach (var reader in Behind(network, node))
        {
            if (reader.Layer.Affine(name => weights.Values($"{reader.Owner}.{name}")) is not { } affine)
                break;
            factors = [.. factors.Zip(affine.Factor, (a, b) => a * b)];
        }
        return factors;
    }
}
