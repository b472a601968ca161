using System.Diagnostics;

namespace SlimSharp.Tests.Cli;

/// <summary>A sweep on a real Slurm of one node; tests/slurm is the script.</summary>
[Trait("Length", "long")]
[Collection(nameof(Alone))]
public class SlurmTests
{
    [Fact]
    public async Task A_sweep_of_twelve_runs_survives_preemption_and_a_killed_node()
    {
        const int Missing = 77;
        var start = new ProcessStartInfo(Path.Combine(Machine.Root, "tests", "slurm"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Machine.Program("SlimSharp.Cli", "slim"));
        start.ArgumentList.Add(Machine.SamplePath);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode == Missing, output.Trim());
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("all 12 runs were finished exactly once", output);
    }
}
