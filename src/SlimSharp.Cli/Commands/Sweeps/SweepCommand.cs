using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim sweep: many runs, on one machine or many.</summary>
internal static class SweepCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "sweep",
            "Many runs from one description: train, cut and retrain over grids of options, on this machine, on Slurm or on Kubernetes; whatever is stopped goes on."
        )
        {
            SweepPlanCommand.Create(),
            SweepWorkCommand.Create(),
            SweepRunCommand.Create(),
            SweepStatusCommand.Create(),
            SweepCollectCommand.Create(),
            SweepTableCommand.Create(),
            SweepPairsCommand.Create(),
            SweepClaimsCommand.Create(),
            SweepSlurmCommand.Create(),
            SweepKubernetesCommand.Create(),
        };
        return command;
    }

    internal static Argument<string> Folder() => new("DIR") { Description = "The folder of the sweep." };

    internal static Option<bool> Retry() =>
        new("--retry") { Description = "Try runs again that have failed three times, each up to three times more." };
}
