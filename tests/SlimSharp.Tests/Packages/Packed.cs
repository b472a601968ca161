namespace SlimSharp.Tests.Packages;

/// <summary>
/// All packages, made anew by 'dotnet pack' under a version that no feed has, and the samples in a folder of their own
/// that take them. What the packages depend on comes from the machine's package folder, which is read and not written.
/// </summary>
[CollectionDefinition(nameof(Packed), DisableParallelization = true)]
public sealed class Packed : ICollectionFixture<Packed>
{
    internal const string Version = "0.0.1-tests";
    private readonly Lazy<string> _packages = new(Pack);
    private readonly Lazy<string> _samples;

    /// <summary>Packs on first use.</summary>
    public Packed() => _samples = new(CopySamples);

    /// <summary>The folder of packages.</summary>
    internal string Packages => _packages.Value;

    /// <summary>The folder of samples.</summary>
    internal string Samples => _samples.Value;

    private static string Pack()
    {
        var folder = Machine.Folder();
        var output = Path.Combine(folder, "packages");
        Machine.Dotnet(
            Machine.Root,
            "pack",
            "SlimSharp.slnx",
            "-c",
            "Release",
            "--artifacts-path",
            Path.Combine(folder, "artifacts"),
            "-o",
            output,
            $"-p:Version={Version}"
        );
        return output;
    }

    private string CopySamples()
    {
        var (from, to) = (Path.Combine(Machine.Root, "samples"), Machine.Folder());
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (name.Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj"))
                continue;
            var target = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        var known = Machine.Dotnet(to, "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim();
        File.WriteAllText(
            Path.Combine(to, "nuget.config"),
            $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(to, "cache")}" /></config>
              <packageSources><add key="local" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="known" value="{known}" /></fallbackPackageFolders>
            </configuration>
            """
        );
        return to;
    }
}
