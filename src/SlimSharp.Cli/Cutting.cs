using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Writes cut networks.</summary>
internal static class Cutting
{
    /// <summary>Writes the cut network with its plan, certificate and probe; returns the size of the file in bytes.</summary>
    internal static long Save(string path, SlimFile source, SlimmingPlan plan, SurgeryResult cut)
    {
        var extras = new Weights
        {
            ["probe.inputs"] = cut.Probe.clone(),
            ["probe.outputs"] = cut.MaskedOutputs.clone(),
        };
        using var result = source with
        {
            Network = cut.Model.Network,
            Weights = cut.Model.CopyWeights(),
            Plan = plan,
            Certificate = cut.Certificate,
            Extras = extras,
        };
        result.Save(path);
        return new FileInfo(path).Length;
    }
}
