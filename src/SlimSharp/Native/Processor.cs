using System.Runtime.InteropServices;

namespace SlimSharp;

/// <summary>What computes here.</summary>
public static class Processor
{
    /// <summary>Its name, family and cores, as the system gives them.</summary>
    public static string Name { get; } = Read();

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
