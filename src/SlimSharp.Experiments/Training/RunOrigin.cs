using System.Runtime.InteropServices;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Experiments;

/// <summary>
/// Where the results of a run come from: what its files and its record say of command, versions, machine and data.
/// </summary>
internal static class RunOrigin
{
    /// <summary>What the files of a run say.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="train">What it trains on.</param>
    /// <param name="start">The file it starts from; null for a new network.</param>
    internal static Dictionary<string, string> Provenance(RunOptions options, ImageSet train, SlimFile? start)
    {
        var provenance = new Dictionary<string, string>
        {
            ["command"] = options.Command,
            ["options"] = options.ToJson(),
            ["slimsharp"] = typeof(SlimFile).Assembly.GetName().Version!.ToString(3),
            ["torchsharp"] = typeof(torch).Assembly.GetName().Version!.ToString(3),
            ["libtorch"] = torch.__version__,
            ["system"] = RuntimeInformation.RuntimeIdentifier,
            ["threads"] = $"{options.Threads}",
            ["seed"] = $"{options.Training.Seed}",
            ["data"] = train.Checksum(),
        };
        if (start?.Certificate is { } cut)
            provenance[Certificate.Retrained] = cut.WeightsHash;
        if (start?.Provenance.GetValueOrDefault(Certificate.Asked) is { } asked)
            provenance[Certificate.Asked] = asked;
        return provenance;
    }

    /// <summary>The record of a run whose process begins now.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="description">Its files, without their numbers.</param>
    internal static RunRecord Record(RunOptions options, SlimDescription description)
    {
        var cost = NetworkCost.Of(description.Network);
        return new()
        {
            Arguments = Environment.GetCommandLineArgs(),
            Versions = new Dictionary<string, string>
            {
                ["slimsharp"] = description.Provenance["slimsharp"],
                ["torchsharp"] = description.Provenance["torchsharp"],
                ["libtorch"] = description.Provenance["libtorch"],
                ["dotnet"] = Environment.Version.ToString(),
            },
            Machine = $"{Processor.Name}, {RuntimeInformation.OSDescription}",
            Threads = options.Threads,
            Seed = options.Training.Seed,
            Data = description.Provenance["data"],
            Begun = DateTime.UtcNow,
            Parameters = cost.Parameters,
            Macs = cost.Macs,
        };
    }
}
