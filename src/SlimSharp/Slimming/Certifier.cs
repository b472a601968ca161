using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>Compares masked and cut networks.</summary>
internal static class Certifier
{
    /// <summary>
    /// Part (i): random weights and inputs in float64. Returns the relative difference of the outputs.
    /// </summary>
    internal static double Structure(NetworkCut cut, long seed, DeadBranches? branches = null)
    {
        using var scope = torch.NewDisposeScope();
        using var check = new StructureCheck(cut, seed, branches);
        return check.Difference(cut);
    }

    /// <summary>
    /// The outputs of a network for one input, side by side, in evaluation; the caller disposes them.
    /// </summary>
    internal static torch.Tensor Outputs(Model model, torch.Tensor input) =>
        Outputs(model, new Dictionary<string, torch.Tensor> { [model.Network.Inputs.First().Name] = input });

    /// <summary>
    /// The outputs for inputs by name, side by side, in evaluation, with some tensors in the place of parameters and
    /// some values changed; the caller disposes them.
    /// </summary>
    internal static torch.Tensor Outputs(
        Model model,
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        Weights? overrides = null,
        IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>>? taps = null
    )
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.no_grad();
        var outputs = model.Run(
            inputs,
            overrides: overrides?.Names.ToDictionary(n => n, n => overrides[n]),
            mode: RunMode.Evaluation,
            taps: taps
        );
        return torch.cat([.. model.Network.Outputs.Select(o => outputs[o].flatten(1))], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Parameters and multiply-adds counted from tensors, not from the description.</summary>
    internal static (long Parameters, long Macs) Count(Network network, Weights weights)
    {
        var (parameters, macs) = (0L, 0L);
        foreach (var (name, _, parameter) in network.Parameters().Where(p => p.Parameter.IsTrained))
            parameters += weights[name].numel();
        foreach (var node in network.Nodes)
        {
            var inputs = network.InputShapes(node);
            // Of values with values, there is only the description.
            macs += node.Layer.Macs(inputs) - node.Layer.WeightMacs(inputs);
            foreach (var weight in node.Layer.Parameters(inputs).Where(p => p.Role == ParameterRole.Weight))
                macs += weights[$"{node.Owner}.{weight.Name}"].numel() * node.Layer.Uses(inputs);
        }
        return (parameters, macs);
    }
}
