using System.Reflection;
using PublicApiGenerator;
using SlimSharp.Experiments;
using SlimSharp.Latency;
using SlimSharp.Linear;
using SlimSharp.Onnx;
using SlimSharp.Penalties;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Packages;

/// <summary>
/// Nobody's program breaks by accident: the public surface of every library is written down, and a change of it shows.
/// </summary>
public class PublicSurfaceTests
{
    private static readonly Assembly[] Libraries =
    [
        typeof(Penalty).Assembly,
        typeof(LogisticProblem).Assembly,
        typeof(SlimSharpException).Assembly,
        typeof(OnnxExport).Assembly,
        typeof(LatencyTable).Assembly,
        typeof(RunFolder).Assembly,
        typeof(TrainingRun).Assembly,
    ];

    public static TheoryData<string> Names => [.. Libraries.Select(l => l.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Public_surface_is_the_approved_one(string name)
    {
        var path = Path.Combine(Machine.Root, "tests", "SlimSharp.Tests", "Packages", $"{name}.approved.txt");
        var surface = Libraries
            .Single(l => l.GetName().Name == name)
            .GeneratePublicApi(new() { IncludeAssemblyAttributes = false })
            .ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("SLIMSHARP_UPDATE") == "1")
            File.WriteAllText(path, surface + "\n");
        Assert.Equal(File.ReadAllText(path).TrimEnd('\n'), surface);
    }
}
