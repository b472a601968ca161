namespace SlimSharp.Tests;

/// <summary>The tests clean up after themselves.</summary>
public class TemporaryFolderTests
{
    [Theory]
    [InlineData("SlimSharp.Tests.Cli.KilledRunTests")] // children that are killed
    [InlineData("SlimSharp.Tests.Formats.SlimFileTests")]
    public void A_run_of_the_tests_leaves_nothing_in_the_temporary_folder(string someTests)
    {
        var folder = Machine.Folder();
        using var run = Machine.StartProgram(
            "dotnet",
            [typeof(Machine).Assembly.Location, "-noColor", "-trait-", "Length=long", "-class", someTests],
            environment: [("TMPDIR", folder)]
        );
        var (code, output, error) = Machine.Run(run);
        Assert.True(code == 0, output + error);
        Assert.Contains("Failed: 0", output);
        Assert.DoesNotContain("Total: 0", output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }
}
