using System.CommandLine;
using SlimSharp.Experiments;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>Options that most commands share.</summary>
internal sealed class CommonOptions
{
    internal Option<bool> Json { get; } =
        new("--json") { Description = "Print JSON lines for machines instead of text for people." };

    internal Option<int> Threads { get; } =
        new("--threads")
        {
            Description = "Threads to compute with.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
            HelpName = "N",
        };

    internal Option<string> Device { get; } =
        new("--device") { Description = "Where to compute: cpu, or cuda, cuda:0, …", DefaultValueFactory = _ => "cpu" };

    internal void AddTo(Command command)
    {
        command.Add(Json);
        command.Add(Threads);
        command.Add(Device);
    }

    internal Screen Screen(ParseResult parsed) => new(parsed.GetValue(Json));

    /// <summary>Loads libtorch, sets threads, and returns the device.</summary>
    internal torch.Device Prepare(ParseResult parsed)
    {
        var threads = parsed.GetValue(Threads);
        SlimSharp.Threads.Count = threads is >= 1 and <= SlimSharp.Threads.Most
            ? threads
            : throw new UsageException($"--threads is {threads}, but must be from 1 to {SlimSharp.Threads.Most}.");
        if (LibTorch.Caution is { } caution)
            Screen(parsed).Warn(caution);
        return Devices.Get(parsed.GetValue(Device)!);
    }
}
