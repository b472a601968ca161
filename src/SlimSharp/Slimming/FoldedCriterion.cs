using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// The l2 norm of the filter with what follows it folded in: ‖γ/√(σ² + ε)·W‖₂ with a BatchNorm behind it, by which
/// filters are as large as what they hand on. The norm of W alone says nothing there, since BatchNorm undoes any factor.
/// </summary>
public sealed record FoldedCriterion : FilterCriterion
{
    internal const string Text = "folded";

    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters)
    {
        using var squares = filters.mul(filters);
        using var sums = squares.sum(1);
        return [.. Numbers.Read(sums).Select(Math.Sqrt)];
    }

    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters, ChannelSlice slice, PlanSubject subject) =>
        subject.Graph is NetworkGraph { Network: var network }
            ? [.. Of(filters).Zip(Factors(network, slice.Parameter, subject.Weights), (norm, f) => norm * Math.Abs(f))]
            : Of(filters); // nobody says what follows

    // By channel, of all that alone reads the layer and multiplies each of its channels.
    private static IEnumerable<double> Factors(Network network, string parameter, Weights weights)
    {
        var node = network.Parameters().First(p => p.Name == parameter).Node.Name;
        double[] factors = [.. Enumerable.Repeat(1.0, network.Shapes[node].Channels)];
        while (
            network.Nodes.Where(n => n.Inputs.Contains(node)).ToArray() is [var reader]
            && !network.Outputs.Contains(node)
            && reader.Layer.Affine(name => weights.Values($"{reader.Owner}.{name}")) is { } affine
        )
        {
            factors = [.. factors.Zip(affine.Factor, (a, b) => a * b)];
            node = reader.Name;
        }
        return factors;
    }
}
