using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep kubernetes: one Indexed Job.</summary>
internal static class SweepKubernetesCommand
{
    internal static Command Create()
    {
        var command = new Command("kubernetes", "Write a sweep as one Indexed Job for Kubernetes.");
        var folder = SweepCommand.Folder();
        var image = new Option<string?>("--image")
        {
            Description = "The container image with slim.",
            HelpName = "IMAGE",
        };
        var claim = new Option<string?>("--volume-claim")
        {
            Description = "The persistent volume claim that holds the sweep.",
            HelpName = "NAME",
        };
        var mount = new Option<string>("--mount")
        {
            Description = "Where it is mounted; the sweep's path must lie below it.",
            DefaultValueFactory = _ => "/data",
            HelpName = "PATH",
        };
        var parallel = new Option<int>("--parallel")
        {
            Description = "Runs at a time.",
            DefaultValueFactory = _ => 4,
            HelpName = "N",
        };
        var cores = new Option<int>("--cores")
        {
            Description = "Cores of a run.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var memory = new Option<string>("--memory")
        {
            Description = "Memory of a run.",
            DefaultValueFactory = _ => "4Gi",
            HelpName = "SIZE",
        };
        command.Add(folder);
        foreach (var option in (Option[])[image, claim, mount, parallel, cores, memory])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var sweep = SweepFolder.Open(parsed.GetValue(folder)!);
            Screen.Document(
                new KubernetesJob
                {
                    Image =
                        parsed.GetValue(image)
                        ?? throw new UsageException("Give --image, the container image that holds slim."),
                    Volume =
                        parsed.GetValue(claim)
                        ?? throw new UsageException("Give --volume-claim, the volume that holds the sweep."),
                    Mount = parsed.GetValue(mount)!,
                    Parallel = parsed.GetValue(parallel),
                    Cores = parsed.GetValue(cores),
                    Memory = parsed.GetValue(memory)!,
                }.For(sweep)
            );
            return ExitCode.Done;
        });
        return command;
    }
}
