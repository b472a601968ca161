using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SlimSharp;

/// <summary>What computes here.</summary>
public static class Processor
{
    /// <summary>Its name, family and cores, as the system gives them.</summary>
    public static string Name { get; } = Read();

    /// <summary>
    /// False if libtorch has no fast bfloat16 convolution for this processor: on x86 oneDNN needs AVX-512 (BW, DQ, VL), or AVX2 with VNNI-INT8 and NE-CONVERT.
    /// </summary>
    public static bool HasBFloat16 { get; } =
        !X86Base.IsSupported || Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported || Has(1, Register.D, 4, 5);

    /// <summary>
    /// False if pairs of 8-bit products are added in 16 bits here, and saturate: x86 without VNNI, neither that of AVX-512 nor that of AVX.
    /// </summary>
    public static bool AddsByteProductsExactly { get; } =
        !X86Base.IsSupported || Has(0, Register.C, 11) || Has(1, Register.A, 4);

    private enum Register
    {
        A,
        C,
        D,
    }

    // Whether CPUID's leaf of extended features sets all of these bits.
    private static bool Has(int part, Register register, params ReadOnlySpan<int> bits)
    {
        const int Leaf = 7;
        if (X86Base.CpuId(0, 0).Eax < Leaf || part > X86Base.CpuId(Leaf, 0).Eax)
            return false;
        var (a, _, c, d) = X86Base.CpuId(Leaf, part);
        var word = register switch
        {
            Register.A => a,
            Register.C => c,
            _ => d,
        };
        foreach (var bit in bits)
        {
            if ((word >> bit & 1) == 0)
                return false;
        }
        return true;
    }

    private static string Read()
    {
        if (!File.Exists("/proc/cpuinfo"))
            return $"{RuntimeInformation.ProcessArchitecture} ({Environment.ProcessorCount} cores)";
        var facts = File.ReadLines("/proc/cpuinfo")
            .TakeWhile(l => l.Length > 0)
            .Select(l => l.Split(':', 2))
            .Where(l => l.Length == 2)
            .ToDictionary(l => l[0].Trim(), l => l[1].Trim());
        return $"{facts.GetValueOrDefault("model name", "processor")} (family {facts.GetValueOrDefault("cpu family", "?")}, model {facts.GetValueOrDefault("model", "?")}, {Environment.ProcessorCount} cores)";
    }
}
