using SlimSharp.Data;
using SlimSharp.Slimming;

namespace SlimSharp.Formats;

/// <summary>Cut networks as files.</summary>
public static class CutFiles
{
    /// <summary>
    /// All of a cut as a file: network, weights as they are now, plan, certificate, and the probe it was checked on.
    /// Were the weights trained since the cut, or BatchNorm statistics taken anew, the file's provenance says so. It
    /// holds copies; the caller disposes it.
    /// </summary>
    /// <param name="cut">The cut.</param>
    /// <param name="source">
    /// The file of the network that was cut, whose normalisation, classes, data and provenance the new one takes over;
    /// or null.
    /// </param>
    public static SlimFile ToFile(this SurgeryResult cut, SlimFile? source = null)
    {
        var (certificate, weights) = (cut.Certificate, cut.Model.CopyWeights());
        var provenance = new Dictionary<string, string>(source?.Provenance ?? new Dictionary<string, string>());
        foreach (var ofEarlier in (string[])[Certificate.Retrained, Certificate.Recalibrated, Certificate.Asked])
            provenance.Remove(ofEarlier);
        if (weights.Hash() != certificate.WeightsHash)
        {
            var trained = Surgeon.ParametersHash(cut.Model.Network, weights) != certificate.ParametersHash;
            provenance[trained ? Certificate.Retrained : Certificate.Recalibrated] = certificate.WeightsHash;
        }
        return new()
        {
            Network = cut.Model.Network,
            Weights = weights,
            Normalization = source?.Normalization,
            Classes = source?.Classes ?? [],
            Data = source?.Data,
            Plan = cut.Plan,
            Certificate = certificate,
            Provenance = provenance,
            Probe = new(cut.Probe.clone(), cut.MaskedOutputs.clone()),
        };
    }

    /// <summary>Writes <see cref="ToFile"/>; <see cref="SlimFile.Load"/> brings it back.</summary>
    /// <param name="cut">The cut.</param>
    /// <param name="path">The file.</param>
    /// <param name="source">
    /// The file of the network that was cut, whose normalisation, classes, data and provenance the new one takes over;
    /// or null.
    /// </param>
    public static void Save(this SurgeryResult cut, string path, SlimFile? source = null)
    {
        using var file = cut.ToFile(source);
        file.Save(path);
    }

    /// <summary>The same for a network that no file holds.</summary>
    /// <param name="cut">The cut.</param>
    /// <param name="path">The file.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="classes">The names of the classes.</param>
    public static void Save(
        this SurgeryResult cut,
        string path,
        Normalization normalization,
        params IReadOnlyList<string> classes
    )
    {
        using var file = cut.ToFile() with { Normalization = normalization, Classes = classes };
        file.Save(path);
    }
}
