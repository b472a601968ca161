using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>Tensors and plain numbers, without the temporaries that a conversion element by element makes.</summary>
internal static class Numbers
{
    internal delegate void BytesAction(ReadOnlySpan<byte> bytes);

    /// <summary>The raw bytes in row-major order, on whatever device and in whatever layout the tensor is.</summary>
    internal static void WithBytes(torch.Tensor tensor, BytesAction action)
    {
        using var detached = tensor.detach();
        using var local = detached.cpu();
        using var flat = local.contiguous();
        action(flat.numel() == 0 ? [] : flat.bytes);
    }

    /// <summary>SHA-256 of the bytes in row-major order, in hexadecimal.</summary>
    internal static string Hash(torch.Tensor tensor)
    {
        var hash = "";
        WithBytes(tensor, bytes => hash = Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return hash;
    }

    /// <summary>All elements of a floating-point or int64 tensor as doubles.</summary>
    internal static double[] Read(torch.Tensor tensor)
    {
        var values = new double[tensor.numel()];
        using var wide = tensor.to(torch.float64);
        WithBytes(wide, bytes => MemoryMarshal.Cast<byte, double>(bytes).CopyTo(values));
        return values;
    }

    /// <summary>All elements of a tensor as 32-bit numbers.</summary>
    internal static float[] ReadSingle(torch.Tensor tensor)
    {
        var values = new float[tensor.numel()];
        using var single = tensor.to(torch.float32);
        WithBytes(single, bytes => MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values));
        return values;
    }

    /// <summary>True if no element is NaN or infinite.</summary>
    internal static bool IsFinite(torch.Tensor tensor)
    {
        if (!tensor.is_floating_point())
            return true;
        using var finite = tensor.isfinite();
        using var all = finite.all();
        return Single(all) != 0;
    }

    /// <summary>The dimensions of N×C, N×T×C or N×C×H×W besides that of channels.</summary>
    internal static long[] AllButChannels(torch.Tensor value) =>
        value.dim() switch
        {
            4 => [0, 2, 3],
            3 => [0, 1],
            _ => [0],
        };

    /// <summary>The one element of a tensor.</summary>
    internal static double Single(torch.Tensor tensor) => Read(tensor)[0];

    /// <summary>A new tensor with these values; the caller disposes it.</summary>
    internal static torch.Tensor Tensor(ReadOnlySpan<double> values, long[] sizes, torch.ScalarType type)
    {
        using var wide = torch.empty(sizes, torch.float64);
        values.CopyTo(MemoryMarshal.Cast<byte, double>(wide.bytes));
        return wide.to(type, copy: true);
    }

    /// <summary>Writes values over those of a vector of that length.</summary>
    internal static void Write(torch.Tensor target, ReadOnlySpan<double> values)
    {
        using var still = torch.no_grad();
        using var tensor = Tensor(values, [values.Length], target.dtype);
        target.copy_(tensor);
    }

    /// <summary>True if a tensor holds neither NaN nor infinity.</summary>
    internal static bool AreFinite(torch.Tensor tensor)
    {
        using var finite = tensor.isfinite();
        using var all = finite.all();
        return all.item<bool>();
    }

    /// <summary>
    /// The largest |a − b| over the largest |b|; infinite where a number is none, and where there is nothing to
    /// compare.
    /// </summary>
    internal static double RelativeDifference(torch.Tensor a, torch.Tensor b)
    {
        var (x, y) = (Read(a), Read(b));
        if (x.Length != y.Length || x.Length == 0)
            return double.PositiveInfinity;
        var (difference, size) = (0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            difference = double.IsNaN(x[i] - y[i])
                ? double.PositiveInfinity
                : Math.Max(difference, Math.Abs(x[i] - y[i]));
            size = Math.Max(size, Math.Abs(y[i]));
        }
        return size > 0 ? difference / size : difference;
    }
}
