using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A cut network with the proof of its cut. Owns the model and the tensors.</summary>
/// <param name="Model">The small network with its weights.</param>
/// <param name="Certificate">The proof.</param>
/// <param name="Probe">The inputs on which function was checked.</param>
/// <param name="MaskedOutputs">What the masked original gave for them, in float64.</param>
/// <param name="Constants">What became of constants, in a sentence.</param>
public sealed record SurgeryResult(
    Model Model,
    Certificate Certificate,
    torch.Tensor Probe,
    torch.Tensor MaskedOutputs,
    string Constants
) : IDisposable
{
    internal NetworkCut Cut { get; init; } = null!; // whoever cuts sets both

    /// <summary>The plan that was carried out.</summary>
    public SlimmingPlan Plan { get; internal init; } = null!;

    /// <summary>
    /// All of it as a file: network, weights as they are now, plan, certificate, and the probe it was checked on. Were the weights trained since
    /// the cut, or BatchNorm statistics taken anew, the file's provenance says so. It holds copies; the caller disposes it.
    /// </summary>
    /// <param name="source">The file of the network that was cut, whose normalisation, classes, data and provenance the new one takes over; or null.</param>
    public SlimFile ToFile(SlimFile? source = null)
    {
        var weights = Model.CopyWeights();
        var provenance = new Dictionary<string, string>(source?.Provenance ?? new Dictionary<string, string>());
        foreach (var ofEarlier in (string[])[Certificate.Retrained, Certificate.Recalibrated, Certificate.Asked])
            provenance.Remove(ofEarlier);
        if (weights.Hash() != Certificate.WeightsHash)
        {
            var trained = Surgeon.ParametersHash(Model.Network, weights) != Certificate.ParametersHash;
            provenance[trained ? Certificate.Retrained : Certificate.Recalibrated] = Certificate.WeightsHash;
        }
        return new()
        {
            Network = Model.Network,
            Weights = weights,
            Normalization = source?.Normalization,
            Classes = source?.Classes ?? [],
            Data = source?.Data,
            Plan = Plan,
            Certificate = Certificate,
            Provenance = provenance,
            Probe = new(Probe.clone(), MaskedOutputs.clone()),
        };
    }

    /// <summary>Writes <see cref="ToFile"/>; <see cref="SlimFile.Load"/> brings it back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The file of the network that was cut, whose normalisation, classes, data and provenance the new one takes over; or null.</param>
    public void Save(string path, SlimFile? source = null)
    {
        using var file = ToFile(source);
        file.Save(path);
    }

    /// <summary>The same for a network that no file holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="classes">The names of the classes.</param>
    public void Save(string path, Normalization normalization, params IReadOnlyList<string> classes)
    {
        using var file = ToFile() with { Normalization = normalization, Classes = classes };
        file.Save(path);
    }

    /// <summary>
    /// What belongs to the cut network of tensors that stand beside the original's parameters, such as momentum: cut as these were, and zeros for
    /// parameters that the cut added or that are missing. The caller disposes them.
    /// </summary>
    /// <param name="beside">Tensors by the names and of the shapes of the original's parameters.</param>
    public Weights Carry(Weights beside)
    {
        using var all = new Weights();
        foreach (var (name, _, parameter) in Cut.Source.Parameters())
            all[name] = beside.Contains(name)
                ? beside[name].detach().clone()
                : torch.zeros([.. parameter.Sizes], torch.float32);
        using var sliced = Cut.Slice(all);
        var carried = new Weights();
        foreach (var (name, _, _) in Cut.Target.Parameters().Where(p => p.Parameter.IsTrained))
            carried[name] = sliced[name].clone();
        return carried;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        Probe.Dispose();
        MaskedOutputs.Dispose();
    }
}
