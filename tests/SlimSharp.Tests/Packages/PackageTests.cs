using System.IO.Compression;
using System.Xml.Linq;

namespace SlimSharp.Tests.Packages;

/// <summary>What 'dotnet pack' yields is complete, and installs.</summary>
[Collection(nameof(Packed))]
[Trait("Length", "long")]
public class PackageTests(Packed packed)
{
    private const long GalleryLimit = 250_000_000;

    public static TheoryData<string> Libraries =>
        [
            "SlimSharp.Penalties",
            "SlimSharp.Linear",
            "SlimSharp",
            "SlimSharp.Onnx",
            "SlimSharp.Latency",
            "SlimSharp.Runs",
            "SlimSharp.Experiments",
        ];

    private string PathOf(string package, string extension = "nupkg") =>
        Path.Combine(packed.Packages, $"{package}.{Packed.Version}.{extension}");

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_has_readme_licence_docs_symbols_and_nothing_native(string name)
    {
        using var package = ZipFile.OpenRead(PathOf(name));
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Contains($"lib/net10.0/{name}.dll", files);
        Assert.True(package.GetEntry($"lib/net10.0/{name}.xml")!.Length > 1000);
        Assert.True(package.GetEntry("README.md")!.Length > 300);
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal));
        using var symbols = ZipFile.OpenRead(PathOf(name, "snupkg"));
        Assert.Contains(symbols.Entries, e => e.FullName == $"lib/net10.0/{name}.pdb");

        using var stream = package.GetEntry($"{name}.nuspec")!.Open();
        var specification = XDocument.Load(stream);
        string[] Values(string element, string attribute) =>
            [
                .. specification
                    .Descendants()
                    .Where(e => e.Name.LocalName == element)
                    .Select(e => e.Attribute(attribute)?.Value ?? e.Value),
            ];
        Assert.Equal(["MIT"], Values("license", "none"));
        Assert.Equal(["README.md"], Values("readme", "none"));
        var dependencies = Values("dependency", "id").Zip(Values("dependency", "version")).ToDictionary();
        Assert.DoesNotContain(dependencies.Keys, d => d.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase));
        // They know each other's internals, so only the same version will do.
        Assert.All(
            dependencies.Where(d => d.Key.StartsWith("SlimSharp", StringComparison.Ordinal)),
            d => Assert.Equal($"[{Packed.Version}]", d.Value)
        );
        if (name is "SlimSharp.Penalties")
            Assert.Empty(dependencies);
    }

    [Fact]
    public void The_tool_is_small_enough_installs_and_runs_the_demo_under_its_name()
    {
        var platform = Directory.GetFiles(packed.Packages, "SlimSharp.Tool.*-*.nupkg").Max(f => new FileInfo(f).Length);
        Assert.InRange(platform, 20_000_000, GalleryLimit);
        var folder = Machine.Folder();
        string[] install = ["tool", "install", "SlimSharp.Tool", "--version", Packed.Version];
        Machine.Dotnet(folder, [.. install, "--tool-path", Path.Combine(folder, "tools"), "--source", packed.Packages]);

        var program = Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "slimsharp.exe" : "slimsharp");
        var (code, output, error) = Machine.Run(
            Machine.StartProgram(program, ["demo", "--images", "500", "--epochs", "1", "--out", "demo"], folder)
        );
        Assert.True(code == 0, error);
        Assert.Contains("8-bit integers", output);
        Assert.True(File.Exists(Path.Combine(folder, "demo", "retrained", "int8.onnx")));

        (code, _, error) = Machine.Run(Machine.StartProgram(program, ["train", "--nonsense"], folder));
        Assert.Equal(2, code);
        Assert.StartsWith("slimsharp: ", error);
        Assert.Contains("'slimsharp train --help'", error);
    }
}
