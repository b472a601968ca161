namespace SlimSharp.Tests.Readme;

/// <summary>The pages that say how to add something are followed, on a copy.</summary>
public class HowToTests
{
    private static readonly string[] LeftOut = ["artifacts", "runs", ".git", "bin", "obj"];

    [Fact]
    [Trait("Length", "long")]
    public void Whoever_follows_the_pages_gets_what_builds_and_passes_the_tests()
    {
        var folder = Copy();
        Assert.Equal([3, 9, 3], HowTo.Pages.Select(p => HowTo.Follow(p, folder)));
        Machine.Dotnet(folder, "build", "tests/SlimSharp.Tests", "-c", "Release", "--nologo", "-v", "quiet");

        var tests = Path.Combine(folder, "artifacts", "bin", "SlimSharp.Tests", "release", "SlimSharp.Tests.dll");
        string[] classes =
        [
            "Penalties.PenaltyTests",
            "Penalties.PenaltyTextTests",
            "Models.ModelTests",
            "Slimming.SurgeryTests",
            "Onnx.ExportTests",
            "Onnx.ImportTests",
            "Onnx.QuantizationTests",
        ];
        var output = Machine.Dotnet(
            folder,
            [tests, "-noColor", .. classes.SelectMany(c => new[] { "-class", $"SlimSharp.Tests.{c}" })]
        );
        Assert.Contains("Failed: 0", output);

        var data = Directory.CreateDirectory(Path.Combine(folder, "stl")).FullName;
        foreach (var (part, count) in new[] { ("train", 200), ("test", 10) })
        {
            File.WriteAllBytes(Path.Combine(data, $"{part}_X.bin"), new byte[count * 3 * 96 * 96]);
            File.WriteAllBytes(
                Path.Combine(data, $"{part}_y.bin"),
                [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10 + 1))]
            );
        }
        output = Machine.Dotnet(
            folder,
            Path.Combine(folder, "artifacts", "bin", "SlimSharp.Cli", "release", "slim.dll"),
            "data",
            data
        );
        Assert.Contains("3×96×96", output);
    }

    [Fact]
    public void Every_step_of_the_pages_has_its_place()
    {
        var folder = Copy();
        Assert.All(HowTo.Pages, p => Assert.InRange(HowTo.Follow(p, folder), 3, 20));
    }

    private static string Copy()
    {
        var folder = Machine.Folder();
        Copy(Machine.Root, folder);
        return folder;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var below in Directory.GetDirectories(from).Where(d => !LeftOut.Contains(Path.GetFileName(d))))
            Copy(below, Path.Combine(to, Path.GetFileName(below)));
    }
}
