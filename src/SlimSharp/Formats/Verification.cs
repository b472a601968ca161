using System.Globalization;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Formats;

/// <summary>Checks again, from the file alone or against the original, what the certificate of a cut says.</summary>
public static class Verification
{
    private const double FoldedTolerance = 1e-6;

    /// <summary>All checks that can be made of a file; with <paramref name="original"/>, those against the network it was cut from too.</summary>
    public static IReadOnlyList<Check> Of(SlimFile file, SlimFile? original = null)
    {
        var checks = new List<Check> { new("content", true, "every tensor has the hash that was written") };
        if (file.Plan is not { } plan || file.Certificate is not { } certificate)
        {
            checks.Add(new("cut", null, "this network was not cut; there is no certificate"));
            return checks;
        }
        var retrained = file.Weights.Hash() != certificate.WeightsHash;
        checks.Add(Counts(file, certificate));
        var cut = CutOf(plan, file.Network);
        checks.Add(
            cut.Target.Equals(file.Network)
                ? new("plan", true, "the network is the one that the plan leaves")
                : new("plan", false, "the network is not the one that the plan leaves")
        );
        checks.Add(Structure(cut, certificate, DeadBranches.Of(plan)));
        checks.Add(
            retrained
                ? new(
                    "function",
                    null,
                    "the weights were trained since the cut; the cut itself can be checked with --against ORIGINAL"
                )
                : Function(file, plan)
        );
        if (original is not null)
            checks.AddRange(Against(file, original, plan, certificate, retrained));
        return checks;
    }

    // Folding may have given a layer a bias that the source does not have.
    private static NetworkCut CutOf(SlimmingPlan plan, Network target)
    {
        var prepared = plan.Prepared();
        var nodes = prepared.Nodes.Select(n =>
            (n.Layer, target.Nodes.FirstOrDefault(t => t.Name == n.Name)?.Layer) switch
            {
                (Convolution c, Convolution { Bias: true }) => n with { Layer = c with { Bias = true } },
                (Linear l, Linear { Bias: true }) => n with { Layer = l with { Bias = true } },
                _ => n,
            }
        );
        var source = new Network(prepared.Name, [.. nodes], prepared.Outputs);
        return NetworkCut.Of(source, ChannelGroups.Of(source), plan.Groups);
    }

    private static Check Counts(SlimFile file, Certificate certificate)
    {
        var (parameters, macs) = Certifier.Count(file.Network, file.Weights);
        var holds = (parameters, macs) == (certificate.Parameters, certificate.Macs);
        return new(
            "counts",
            holds,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{parameters:N0} parameters and {macs:N0} MACs, counted from the tensors"
            )
        );
    }

    private static Check Structure(NetworkCut cut, Certificate certificate, DeadBranches branches)
    {
        var difference = Certifier.Structure(cut, certificate.StructureSeed, branches);
        return Compared("structure", difference, "with random weights, masked and cut");
    }

    private static Check Function(SlimFile file, SlimmingPlan plan)
    {
        if (!file.Extras.Contains("probe.inputs") || !file.Extras.Contains("probe.outputs"))
            return new("function", false, "the probe that the certificate speaks of is missing");
        using var model = file.ToModel(TorchSharp.torch.float64);
        using var inputs = file.Extras["probe.inputs"].to(TorchSharp.torch.float64);
        using var outputs = Certifier.Outputs(model, inputs);
        var difference = Numbers.RelativeDifference(outputs, file.Extras["probe.outputs"]);
        const string What = "on the stored images, the masked original and this network";
        return plan.Options.Constants == ConstantTreatment.Drop && !plan.Branches.Any(b => b.Shift)
            ? Compared("function", difference, What)
            : Compared("function", difference, $"{What}, whose constants were rounded to float32,", FoldedTolerance);
    }

    private static IEnumerable<Check> Against(
        SlimFile file,
        SlimFile original,
        SlimmingPlan plan,
        Certificate certificate,
        bool retrained
    )
    {
        using var weights = original.Weights.Copy();
        if (!original.Network.Equals(plan.Source) || weights.Hash() != plan.WeightsHash)
        {
            yield return new(
                "original",
                false,
                "this is not the network, or these are not the weights, that the cut was made from"
            );
            yield break;
        }
        yield return new("original", true, "network and weights are those that the cut was made from");
        using var model = original.ToModel();
        using var again = Surgeon.Apply(
            model,
            plan,
            file.Extras.Contains("probe.inputs") ? file.Extras["probe.inputs"] : null
        );
        yield return Compared(
            "cut again",
            again.Certificate.FunctionDifference,
            "masked original and a new cut by the same plan"
        );
        yield return again.Certificate.WeightsHash == certificate.WeightsHash
            ? new(
                "same cut",
                true,
                retrained
                    ? "the new cut has the weights from which this file was trained on"
                    : "the new cut has this file's weights, bit by bit"
            )
            : new("same cut", false, "the new cut has other weights than the certificate names");
    }

    private static Check Compared(
        string name,
        double difference,
        string what,
        double tolerance = Certificate.Tolerance
    ) =>
        new(
            name,
            difference <= tolerance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} differ by {difference:G2} of the largest output (float64; {tolerance} is allowed)"
            )
        );
}
