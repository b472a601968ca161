using System.Globalization;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>The checks of one cut file, against the network it was cut from if that is given.</summary>
internal sealed class CutVerification(SlimFile file, SlimmingPlan plan, Certificate certificate, SlimFile? original)
{
    private const double FoldedTolerance = 1e-6;
    private const string Advice = "the original (Verification.Of) is cut again by the plan and tells";

    // Certificates of the versions before name neither plan nor probe.
    private bool NamesAll =>
        certificate is { PlanHash: not null, SourceHash: not null, ParametersHash: not null, ProbeHash: not null };

    /// <summary>All of them.</summary>
    internal IReadOnlyList<Check> Checks()
    {
        if (file.Origin is { } path)
        {
            VerificationRoom.Take(path, file.Network, "its network");
            VerificationRoom.Take(path, plan.Source, "the network that was cut");
        }
        List<Check> checks = [Certified(), Counts()];
        try
        {
            var cut = CutOf();
            checks.Add(Planned(cut));
            checks.Add(Structure(cut));
        }
        catch (SlimSharpException e)
        {
            checks.Add(new("plan", false, $"the plan cannot be carried out: {e.Message.TrimEnd('.')}"));
        }
        checks.Add(Units());
        using var again = Again(checks);
        var weights = WeightsOf(again);
        checks.Add(weights);
        checks.Add(Function(weights));
        return checks;
    }

    private Check Certified() =>
        new(
            "certified",
            certificate.Agrees,
            string.Create(
                CultureInfo.InvariantCulture,
                $"when it was cut, masked and cut differed by {certificate.StructureDifference:G2} (structure) and {certificate.FunctionDifference:G2} (function) of the largest output"
            )
        );

    private Check Counts()
    {
        var (parameters, macs) = Certifier.Count(file.Network, file.Weights);
        return new(
            "counts",
            (parameters, macs) == (certificate.Parameters, certificate.Macs),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{parameters:N0} parameters and {macs:N0} MACs, counted from the tensors"
            )
        );
    }

    // Folding may have given a layer a bias that the source does not have.
    private NetworkCut CutOf()
    {
        var prepared = plan.Prepared();
        var nodes = prepared.Nodes.Select(n =>
            (n.Layer, file.Network.Nodes.FirstOrDefault(t => t.Name == n.Name)?.Layer) switch
            {
                (Convolution c, Convolution { Bias: true }) => n with { Layer = c with { Bias = true } },
                (Linear l, Linear { Bias: true }) => n with { Layer = l with { Bias = true } },
                _ => n,
            }
        );
        var source = new Network(prepared.Name, [.. nodes], prepared.Outputs);
        return NetworkCut.Of(source, plan.Groups, plan.Tokens);
    }

    private Check Planned(NetworkCut cut) =>
        // Whether gains are scales may be said anew when the cut network is retrained.
        cut.Target.WithGroupNormScales(true).Equals(file.Network.WithGroupNormScales(true))
            ? new("plan", true, "the network is the one that the plan leaves")
            : new("plan", false, "the network is not the one that the plan leaves");

    private Check Structure(NetworkCut cut) =>
        Compared(
            "structure",
            Certifier.Structure(cut, certificate.StructureSeed, DeadBranches.Of(plan)),
            "with random weights, masked and cut"
        );

    // Shapes say how many units stay; which ones, only the hash of the plan.
    private Check Units() =>
        !NamesAll ? new("units", null, $"its certificate, of an older version, does not name the plan; {Advice}")
        : certificate.PlanHash == plan.Hash() && certificate.SourceHash == plan.WeightsHash
            ? new("units", true, "the plan is the one that the certificate names, units that stay included")
        : new(
            "units",
            false,
            "the plan is not the one that the certificate names: it keeps other units, or cuts another network"
        );

    private Check WeightsOf(SurgeryResult? again)
    {
        var hash = file.Weights.Hash();
        if (hash == certificate.WeightsHash)
            return new("weights", true, "are those of the cut, bit by bit");
        bool Says(string key) => file.Provenance.GetValueOrDefault(key) == certificate.WeightsHash;
        var parameters = certificate.ParametersHash ?? again?.Certificate.ParametersHash;
        var same = parameters == Surgeon.ParametersHash(file.Network, file.Weights);
        if (same && (Says(Certificate.Recalibrated) || Says(Certificate.Retrained) || !NamesAll))
            return new(
                "weights",
                true,
                "are those of the cut but for BatchNorm statistics, which were taken anew since"
            );
        if (Says(Certificate.Retrained) || (!NamesAll && file.Provenance.GetValueOrDefault("command") == "retrain"))
            return new(
                "weights",
                null,
                $"were trained since the cut, as the file says{(original is null ? $"; {Advice} of the cut itself" : "")}"
            );
        return new(
            "weights",
            false,
            NamesAll ? "are not those of the cut, and the file does not say that they were trained since"
                : again is null
                    ? $"are not those of the cut; if an older version took BatchNorm statistics anew, {Advice}"
                : "are neither those of the cut nor, but for BatchNorm statistics, those of a new cut by the plan"
        );
    }

    private Check Function(Check weights)
    {
        // A training's checkpoint keeps no probe, and its result need not agree with one.
        if (weights.Holds is null && file.Probe is null)
            return new("function", null, "cannot be told of weights that were trained since the cut");
        if (Probe.Fault(file.Network, file.Probe) is { } fault)
            return new("function", false, fault);
        var (probe, expected) = (file.Probe!.Inputs, file.Probe.Outputs!);
        if (certificate.ProbeHash is { } hash && Probe.Hash(probe, expected) != hash)
            return new("function", false, "the probe is not the one that the certificate names");
        if (file.Weights.Hash() != certificate.WeightsHash)
            return new("function", null, "cannot be told of other weights than those of the cut");
        using var model = file.ToModel(torch.float64);
        using var inputs = probe.to(torch.float64);
        using var outputs = Certifier.Outputs(model, inputs);
        var difference = Numbers.RelativeDifference(outputs, expected);
        var what =
            $"on {probe.shape[0]} stored inputs{(certificate.ProbeHash is null ? " (which its certificate, of an older version, does not name)" : "")}, the masked original and this network";
        return plan.Options.Constants == ConstantTreatment.Drop && !plan.Branches.Any(b => b.Shift)
            ? Compared("function", difference, what)
            : Compared("function", difference, $"{what}, whose constants were rounded to float32,", FoldedTolerance);
    }

    // Cuts the original again, if it is given and is the one; what that shows goes among the checks.
    private SurgeryResult? Again(List<Check> checks)
    {
        if (original is null)
            return null;
        if (!original.Network.Equals(plan.Source) || original.Weights.Hash() != plan.WeightsHash)
        {
            checks.Add(
                new("original", false, "this is not the network, or these are not the weights, that the plan is for")
            );
            return null;
        }
        checks.Add(new("original", true, "network and weights are those that the plan is for"));
        try
        {
            using var model = original.ToModel();
            var fits = Probe.Fault(file.Network, file.Probe) is null;
            var again = Surgeon.Apply(model, plan, fits ? file.Probe!.Inputs : null);
            checks.Add(
                Compared(
                    "cut again",
                    again.Certificate.FunctionDifference,
                    "masked original and a new cut by the same plan"
                )
            );
            checks.Add(
                again.Certificate.WeightsHash == certificate.WeightsHash
                    ? new("same cut", true, "the new cut has the weights that the certificate names, bit by bit")
                    : new("same cut", false, "the new cut has other weights than the certificate names")
            );
            return again;
        }
        catch (SlimSharpException e)
        {
            checks.Add(new("cut again", false, e.Message.TrimEnd('.')));
            return null;
        }
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
