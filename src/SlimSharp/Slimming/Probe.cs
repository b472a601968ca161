using System.Security.Cryptography;
using System.Text;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// The inputs on which a cut is checked and what the masked original gives for them, as files keep them. Owns its
/// tensors.
/// </summary>
/// <param name="inputs">Inputs as a network sees them, which it takes over.</param>
/// <param name="outputs">
/// What the masked original gives: all outputs of a network side by side, in float64; taken over, too. Null before a
/// cut.
/// </param>
public sealed class Probe(torch.Tensor inputs, torch.Tensor? outputs = null) : IDisposable
{
    private const string InputsName = "inputs";
    private const string OutputsName = "outputs";

    /// <summary>Inputs as a network sees them.</summary>
    public torch.Tensor Inputs { get; } = inputs.DetachFromDisposeScope();

    /// <summary>What the masked original gives for them, in float64; null before a cut.</summary>
    public torch.Tensor? Outputs { get; } = outputs?.DetachFromDisposeScope();

    /// <summary>A copy, which the caller disposes.</summary>
    public Probe Copy() => new(Inputs.clone(), Outputs?.clone());

    /// <summary>The probe in these tensors, which it takes over; null if there are no inputs among them.</summary>
    internal static Probe? Of(Weights tensors) =>
        tensors.Contains(InputsName)
            ? new(tensors.Take(InputsName), tensors.Contains(OutputsName) ? tensors.Take(OutputsName) : null)
            : null;

    /// <summary>Copies of both by name; the caller disposes them.</summary>
    internal Weights ToWeights()
    {
        var tensors = new Weights { [InputsName] = Inputs.clone() };
        if (Outputs is not null)
            tensors[OutputsName] = Outputs.clone();
        return tensors;
    }

    /// <summary>SHA-256 over shapes and bytes of both, in hexadecimal.</summary>
    internal static string Hash(torch.Tensor inputs, torch.Tensor outputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in (torch.Tensor[])[inputs, outputs])
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{tensor.dtype}:{string.Join('x', tensor.shape)};"));
            Numbers.WithBytes(tensor, bytes => hash.AppendData(bytes));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is wrong with a probe for that network, as the end of a sentence, or null.</summary>
    internal static string? Fault(Network network, Probe? probe)
    {
        if (probe is not { Inputs: var inputs, Outputs: { } outputs })
            return "the probe that the certificate speaks of is missing";
        var count = inputs.dim() == 0 ? 0 : inputs.shape[0];
        if (count == 0)
            return "the probe holds no inputs";
        var shape = network.Shapes[network.Inputs.First().Name];
        if (!inputs.shape.AsSpan().SequenceEqual(shape.Sizes((int)count)))
            return $"the probe's inputs are {string.Join('×', inputs.shape)}, but the network reads {shape}";
        long[] given = [count, network.Outputs.Sum(o => (long)network.Shapes[o].Count)];
        if (!outputs.shape.AsSpan().SequenceEqual(given))
            return $"the probe's outputs are {string.Join('×', outputs.shape)}, but {count} inputs give "
                + string.Join('×', given);
        return
            inputs.is_floating_point()
            && outputs.is_floating_point()
            && Numbers.AreFinite(inputs)
            && Numbers.AreFinite(outputs)
            ? null
            : "the probe holds what are no numbers";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Inputs.Dispose();
        Outputs?.Dispose();
    }
}
