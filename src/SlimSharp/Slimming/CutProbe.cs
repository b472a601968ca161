using System.Security.Cryptography;
using System.Text;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>The inputs on which a cut is checked and what the masked original gave for them, as files keep them.</summary>
internal static class CutProbe
{
    /// <summary>Under which the inputs stand, as a network sees them.</summary>
    internal const string Inputs = "probe.inputs";

    /// <summary>Under which the outputs stand: those of all outputs of a network side by side, in float64.</summary>
    internal const string Outputs = "probe.outputs";

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

    /// <summary>What is wrong with the probe in <paramref name="extras"/> for that network, as the end of a sentence, or null.</summary>
    internal static string? Fault(Network network, Weights extras)
    {
        if (!extras.Contains(Inputs) || !extras.Contains(Outputs))
            return "the probe that the certificate speaks of is missing";
        var (inputs, outputs) = (extras[Inputs], extras[Outputs]);
        var count = inputs.dim() == 0 ? 0 : inputs.shape[0];
        if (count == 0)
            return "the probe holds no inputs";
        var shape = network.Shapes[network.Inputs.First().Name];
        if (!inputs.shape.AsSpan().SequenceEqual(shape.Sizes((int)count)))
            return $"the probe's inputs are {string.Join('×', inputs.shape)}, but the network reads {shape}";
        long[] given = [count, network.Outputs.Sum(o => (long)network.Shapes[o].Count)];
        if (!outputs.shape.AsSpan().SequenceEqual(given))
            return $"the probe's outputs are {string.Join('×', outputs.shape)}, but {count} inputs give {string.Join('×', given)}";
        return
            inputs.is_floating_point()
            && outputs.is_floating_point()
            && Numbers.AreFinite(inputs)
            && Numbers.AreFinite(outputs)
            ? null
            : "the probe holds what are no numbers";
    }
}
