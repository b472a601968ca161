using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SlimSharp;

/// <summary>What computes here.</summary>
public static class Processor
{
    /// <summary>Its name, family and cores, as the system gives them.</summary>
    public static string Name { get; } = Read();

    /// <summary>
    /// False if libtorch has no fast bfloat16 convolution for this processor: on x86 oneDNN needs AVX-512 (BW, DQ, VL),
    /// or AVX2 with VNNI-INT8 and NE-CONVERT.
    /// </summary>
    public static bool HasBFloat16 { get; } =
        !X86Base.IsSupported
        || Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported
        || Bit(Extended(1).Edx, 4) && Bit(Extended(1).Edx, 5);

    /// <summary>
    /// False if pairs of 8-bit products are added in 16 bits here, and saturate: x86 without VNNI, neither that of
    /// AVX-512 nor that of AVX.
    /// </summary>
    public static bool AddsByteProductsExactly { get; } =
        !X86Base.IsSupported || Bit(Extended(0).Ecx, 11) || Bit(Extended(1).Eax, 4);

    /// <summary>What an x86 processor answers to CPUID.</summary>
    internal static (uint Eax, uint Ebx, uint Ecx, uint Edx) Cpuid(uint leaf, uint part = 0)
    {
        var (a, b, c, d) = X86Base.CpuId((int)leaf, (int)part);
        return ((uint)a, (uint)b, (uint)c, (uint)d);
    }

    // The parts of leaf 7 list extensions; parts that are not there list none.
    private static (uint Eax, uint Ebx, uint Ecx, uint Edx) Extended(uint part) =>
        Cpuid(0).Eax >= 7 && Cpuid(7).Eax >= part ? Cpuid(7, part) : default;

    private static bool Bit(uint word, int bit) => (word >> bit & 1) != 0;

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
