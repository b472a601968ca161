namespace SlimSharp.Tests.Native;

/// <summary>What the processor can do, against what the system says of it.</summary>
public class ProcessorTests
{
    [Fact]
    public void Abilities_are_those_that_the_system_lists()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "Only Linux lists a processor's abilities.");
        var listed = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal));
        Assert.SkipWhen(listed is null, "Abilities are listed for x86 alone.");
        var flags = listed.Split(' ').ToHashSet();
        Assert.Equal(flags.Overlaps(["avx512_vnni", "avx_vnni"]), Processor.AddsByteProductsExactly);
        Assert.Equal(
            flags.IsSupersetOf(["avx512bw", "avx512dq", "avx512vl"])
                || flags.IsSupersetOf(["avx_vnni_int8", "avx_ne_convert"]),
            Processor.HasBFloat16
        );
    }
}
