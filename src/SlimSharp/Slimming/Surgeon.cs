using System.Globalization;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// Carries plans out: a new network, new weights, and the proof that nothing else changed. The original stays as it
/// was.
/// </summary>
public static class Surgeon
{
    private const long StructureSeed = 1;
    private const int RandomProbeSize = 4;

    /// <summary>
    /// Cuts. <paramref name="probe"/> are real inputs (N×C×H×W, normalised) on which the cut is checked; without them,
    /// random ones are used. The caller disposes the result.
    /// </summary>
    /// <exception cref="PlanException">The plan was made for another network, the probe is empty, or masked and cut do
    /// not agree.</exception>
    public static SurgeryResult Apply(Model model, SlimmingPlan plan, torch.Tensor? probe = null)
    {
        if (!model.Network.Equals(plan.Source))
            throw new PlanException($"The plan was made for another network than this {model.Network.Name}.");
        using var weights = model.CopyWeights();
        if (weights.Hash() != plan.WeightsHash)
            throw new PlanException(
                $"The plan was made from other weights than these of {model.Network.Name}; plan again."
            );

        if (probe?.numel() == 0)
            throw new PlanException("The probe holds no inputs; give at least one, or none at all for random ones.");

        // Constants are folded, and the function is compared, in float64.
        using var wide = weights.Copy(torch.float64);
        var branches = DeadBranches.Of(plan);
        using var slim = branches.IsEmpty ? null : branches.Slim(wide);
        using var folding = ConstantFolding.Of(plan, slim ?? wide);
        var cut = NetworkCut.Of(folding.Network, plan.Groups, plan.Tokens);
        return Apply(plan, cut, folding, branches, wide, model.Type, probe);
    }

    internal static SurgeryResult Apply(
        SlimmingPlan plan,
        NetworkCut cut,
        ConstantFolding folding,
        DeadBranches branches,
        Weights wide,
        torch.ScalarType type,
        torch.Tensor? probe
    )
    {
        var inputs = probe?.to(torch.float32, copy: true) ?? RandomProbe(cut.Source);
        var structure = Certifier.Structure(cut, StructureSeed, branches);
        using var slimmed = branches.IsEmpty ? null : branches.Slim(wide);
        using var left = folding.Reference(cut, slimmed ?? wide);
        using var masks = branches.Reference(left, wide);
        using var sliced = cut.Slice(folding.Weights);
        var whole = cut.Masked(branches.Source);
        var masked = Outputs(whole.Network, wide, masks, inputs, torch.float64, whole.Taps);
        var function = Difference(cut, sliced, masked, inputs, torch.float64);
        using var masked32 = Outputs(whole.Network, wide, masks, inputs, torch.float32, whole.Taps);
        var function32 = Difference(cut, sliced, masked32, inputs, torch.float32);

        var small = sliced.Copy(type);
        var (parameters, macs) = Certifier.Count(cut.Target, small);
        var certificate = new Certificate
        {
            StructureDifference = structure,
            StructureSeed = StructureSeed,
            FunctionDifference = function,
            FunctionDifference32 = function32,
            Parameters = parameters,
            Macs = macs,
            WeightsHash = small.Hash(),
            ParametersHash = ParametersHash(cut.Target, small),
            SourceHash = plan.WeightsHash,
            PlanHash = plan.Hash(),
            ProbeHash = Slimming.Probe.Hash(inputs, masked),
        };
        var expected = NetworkCost.Of(cut.Target);
        if (certificate.Agrees && (parameters, macs) == (expected.Parameters, expected.Macs))
        {
            return new(
                new Model(cut.Target, small),
                certificate,
                inputs,
                masked,
                folding.Report + CostOfSilence(cut, branches, left, wide, inputs, masked)
            )
            {
                Cut = cut,
                Plan = plan,
            };
        }

        small.Dispose();
        inputs.Dispose();
        masked.Dispose();
        throw new PlanException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The cut of {cut.Source.Name} is refused: masked and cut network differ by {structure:G3} (structure) and {function:G3} (function) of the largest output, where {Certificate.Tolerance} is allowed, {function32:G3} in float32, or counts differ ({parameters} parameters, {macs} MACs)."
            )
        );
    }

    /// <summary>The identity of the weights of a network without the running statistics of its BatchNorms.</summary>
    internal static string ParametersHash(Network network, Weights weights)
    {
        var statistics = network
            .Parameters()
            .Where(p => p.Parameter.Role is ParameterRole.RunningMean or ParameterRole.RunningVariance)
            .Select(p => p.Name)
            .ToHashSet();
        using var parameters = weights.Only(name => !statistics.Contains(name));
        return parameters.Hash();
    }

    // Of a network with its own weights, some tensors standing in for others and some values changed.
    private static torch.Tensor Outputs(
        Network network,
        Weights weights,
        Weights? overrides,
        torch.Tensor inputs,
        torch.ScalarType type,
        IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>>? taps = null
    )
    {
        using var cast = inputs.to(type);
        using var cover = overrides?.Copy(type);
        using var model = new Model(network, weights.Copy(type));
        return Certifier.Outputs(
            model,
            new Dictionary<string, torch.Tensor> { [network.Inputs.First().Name] = cast },
            cover,
            taps
        );
    }

    private static double Difference(
        NetworkCut cut,
        Weights sliced,
        torch.Tensor masked,
        torch.Tensor inputs,
        torch.ScalarType type
    )
    {
        using var outputs = Outputs(cut.Target, sliced, null, inputs, type);
        return Numbers.RelativeDifference(outputs, masked);
    }

    // What it costs to leave out the shifts of dead branches, in a sentence.
    private static string CostOfSilence(
        NetworkCut cut,
        DeadBranches branches,
        Weights left,
        Weights original,
        torch.Tensor inputs,
        torch.Tensor masked
    )
    {
        if (!branches.AnyWithoutShift)
            return "";
        using var masks = branches.Reference(left, original, silence: false);
        var whole = cut.Masked(branches.Source);
        using var outputs = Outputs(whole.Network, original, masks, inputs, torch.float64, whole.Taps);
        var moved = Numbers.RelativeDifference(masked, outputs);
        return moved == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" Without the shifts of dead branches the outputs move by {moved:P1} of the largest."
            );
    }

    private static torch.Tensor RandomProbe(Network network)
    {
        using var wide = RandomWeights.Inputs(
            network.Shapes[network.Inputs.First().Name],
            RandomProbeSize,
            StructureSeed
        );
        return wide.to(torch.float32);
    }
}
