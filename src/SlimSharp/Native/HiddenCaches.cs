using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace SlimSharp;

/// <summary>
/// Virtual machines that hide the processor's caches. oneDNN, the library behind libtorch's convolutions, then takes
/// every cache for one byte, reorders weights in blocks that its padding does not expect, and gives wrong results for
/// channel counts that are no multiple of its vectors. Here it is told the sizes; where that fails, it is switched off.
/// </summary>
/// <remarks>
/// oneDNN 3.7 keeps what it knows of the processor in one object: two counts of cores, ten cache sizes, ten counts of
/// cores that share them, the number of levels, an AVX10 version, then model, family and stepping as CPUID gives them,
/// by which the object is found.
/// </remarks>
internal static unsafe class HiddenCaches
{
    // The object in ints, from the first cache size on.
    private const int Caches = 10;
    private const int BeforeSignature = Caches + Caches + 2;
    private const int Least = 4096;

    /// <summary>True if this is an x86 processor that says nothing of its caches.</summary>
    internal static bool AreHere =>
        X86Base.IsSupported
        && (
            IsAmd
                ? Processor.Cpuid(0x8000_0000).Eax >= 0x8000_001D && (Processor.Cpuid(0x8000_001D).Eax & 31) == 0
                : Processor.Cpuid(0).Eax >= 4 && (Processor.Cpuid(4).Eax & 31) == 0
        );

    /// <summary>
    /// Makes convolutions right again; null if oneDNN now knows the sizes, or a sentence about what had to be done
    /// instead.
    /// </summary>
    internal static string? Repair()
    {
        // Nothing of a cache matters to NNPACK's absence but the warning that it would print at every convolution.
        Switch("_ZN2at7Context20setUserEnabledNNPACKEb", on: false);
        UseOnce();
        if (TellSizes())
            return null;
        Switch("_ZN2at7Context20setUserEnabledMkldnnEb", on: false);
        return "this machine hides its caches, with which oneDNN computes wrongly; it is switched off, and convolutions are slow.";
    }

    // oneDNN looks at the processor at its first use; with these widths there is no padding to go wrong.
    private static void UseOnce()
    {
        using var still = torch.no_grad();
        using var images = torch.ones(16, 16, 4, 4);
        using var weight = torch.ones(16, 16, 3, 3);
        torch.nn.functional.conv2d(images, weight).Dispose();
    }

    private static bool TellSizes()
    {
        ReadOnlySpan<int> signature = Signature();
        var told = false;
        foreach (var (start, length) in WritableMemoryOf("libtorch_cpu.so"))
        {
            var memory = new Span<int>((void*)start, length / sizeof(int));
            for (var at = BeforeSignature; at <= memory.Length - signature.Length; at++)
            {
                var next = memory[at..].IndexOf(signature);
                if (next < 0)
                    break;
                at += next;
                told |= Tell(memory.Slice(at - BeforeSignature, BeforeSignature));
            }
        }
        return told;
    }

    private static bool Tell(Span<int> known)
    {
        var sizes = known[..Caches];
        var levels = known[2 * Caches];
        if (levels is < 1 or > 4 || sizes[..levels].ContainsAnyExceptInRange(0, Least))
            return false;
        Sizes().AsSpan(0, Math.Min(levels, 3)).CopyTo(sizes);
        return true;
    }

    // First, second and third level in bytes, from AMD's old leaves, or as small as any processor with AVX2 has them.
    private static int[] Sizes()
    {
        var (first, second, third) = (32, 512, 2048);
        if (IsAmd)
        {
            first = Math.Max(first, (int)(Processor.Cpuid(0x8000_0005).Ecx >> 24));
            second = Math.Max(second, (int)(Processor.Cpuid(0x8000_0006).Ecx >> 16));
        }
        return [first << 10, second << 10, third << 10];
    }

    private static int[] Signature()
    {
        var eax = (int)Processor.Cpuid(1).Eax;
        var (model, family, stepping) = (eax >> 4 & 15, eax >> 8 & 15, eax & 15);
        var (extendedModel, extendedFamily) = (eax >> 16 & 15, eax >> 20 & 255);
        return
        [
            model,
            family,
            stepping,
            extendedModel,
            extendedFamily,
            family == 15 ? family + extendedFamily : family,
            family is 6 or 15 ? (extendedModel << 4) + model : model,
        ];
    }

    // The data of a loaded library: its writable mappings, and the nameless one that follows.
    private static IEnumerable<(nint Start, int Length)> WritableMemoryOf(string library)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var named = parts.Length > 5;
            var ours = named ? Path.GetFileName(parts[^1]) == library : inside;
            inside = named && ours; // of nameless mappings only the one right behind
            if (ours && parts[1].StartsWith("rw", StringComparison.Ordinal))
                yield return Range(parts[0]);
        }

        static (nint, int) Range(string text)
        {
            var ends = text.Split('-').Select(e => long.Parse(e, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            var (from, to) = (ends.First(), ends.Last());
            return ((nint)from, (int)Math.Min(to - from, 1 << 30));
        }
    }

    private static bool IsAmd
    {
        get
        {
            var (_, b, c, d) = Processor.Cpuid(0);
            Span<byte> name = stackalloc byte[12];
            BinaryPrimitives.WriteUInt32LittleEndian(name, b);
            BinaryPrimitives.WriteUInt32LittleEndian(name[4..], d);
            BinaryPrimitives.WriteUInt32LittleEndian(name[8..], c);
            return name.SequenceEqual("AuthenticAMD"u8) || name.SequenceEqual("HygonGenuine"u8);
        }
    }

    private static void Switch(string symbol, bool on)
    {
        if (
            NativeLibrary.TryLoad(NativeFiles.Find("libtorch_cpu.so") ?? "libtorch_cpu.so", out var library)
            && NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(library, symbol, out var set)
        )
            ((delegate* unmanaged<nint, byte, void>)set)(
                ((delegate* unmanaged<nint>)context)(),
                on ? (byte)1 : (byte)0
            );
    }
}
