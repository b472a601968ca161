using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// Weights that let every kept channel speak: on trained weights most may be dead and hide a wrong index. Scales lie in
/// ±[0.5, 1.5], statistics are random, and weights are as large as keeps signals of unit size through what the cut
/// leaves.
/// </summary>
internal static class RandomWeights
{
    /// <summary>Float64 tensors for <paramref name="cut"/>'s source; the caller disposes them.</summary>
    internal static Weights Draw(NetworkCut cut, long seed)
    {
        var left = cut.Target.Parameters().ToDictionary(p => p.Name, p => p.Parameter);
        var weights = new Weights();
        var terms = Terms(cut.Source);
        // Of many blocks each adds little, or rounding would grow from block to block beyond all tolerance.
        using Scalar share = 1 / Math.Sqrt(Math.Max(cut.Source.Nodes.Count(n => n.Layer.Traits().IsSum), 1));
        foreach (var (name, node, parameter) in cut.Source.Parameters())
        {
            // Kept inputs of one output: all of its weight's places but those of the output axis.
            var remaining = left.GetValueOrDefault(name, parameter);
            weights[name] = Draw(name, parameter, remaining.Count / (double)remaining.Sizes[0], seed);
            if (terms.Contains(node.Name) && parameter.IsTrained)
                weights[name].mul_(share);
        }
        return weights;
    }

    // The layers with trained parameters whose values are added up.
    private static HashSet<string> Terms(Network network)
    {
        var nodes = network.Nodes.ToDictionary(n => n.Name);
        var terms = new HashSet<string>();
        foreach (var input in network.Nodes.Where(n => n.Layer.Traits().IsSum).SelectMany(n => n.Inputs))
        {
            var node = nodes[input];
            while (
                node.Inputs.Length == 1
                && node.Layer.Parameters(network.InputShapes(node)).All(p => p.Role == ParameterRole.Factor)
            )
                node = nodes[node.Inputs[0]];
            if (node.Inputs.Length == 1)
                terms.Add(node.Owner);
        }
        return terms;
    }

    /// <summary>One float64 tensor, whose layer sums over that many inputs; the caller disposes it.</summary>
    internal static torch.Tensor Draw(string name, LayerParameter parameter, double inputs, long seed)
    {
        var random = new Randomness(seed, Randomness.Name(name));
        var values = new double[parameter.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Draw(parameter.Role, inputs, ref random);
        return Numbers.Tensor(values, [.. parameter.Sizes], torch.float64);
    }

    /// <summary>Random inputs of that many samples; the caller disposes them.</summary>
    internal static torch.Tensor Inputs(Shape shape, int count, long seed)
    {
        var random = new Randomness(seed, Randomness.Name("inputs"));
        var values = new double[shape.Count * count];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.NextNormal();
        return Numbers.Tensor(values, shape.Sizes(count), torch.float64);
    }

    private static double Draw(ParameterRole role, double inputs, ref Randomness random) =>
        role switch
        {
            ParameterRole.Weight => random.NextNormal() * Math.Sqrt(2 / inputs),
            ParameterRole.Scale or ParameterRole.Gain or ParameterRole.Factor => (random.NextDouble() + 0.5)
                * (random.Next(2) == 0 ? -1 : 1),
            // Mostly positive shifts, so that ReLUs let through.
            ParameterRole.Shift or ParameterRole.Bias => random.NextDouble() * 1.2 - 0.2,
            ParameterRole.RunningMean => random.NextNormal() * 0.3,
            _ => random.NextDouble() + 0.5,
        };
}
