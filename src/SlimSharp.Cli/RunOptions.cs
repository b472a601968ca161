using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>Everything that decides a run, as run.json keeps it.</summary>
internal sealed record RunOptions : IJsonOnDeserialized
{
    /// <summary>train or retrain.</summary>
    public required string Command { get; init; }

    /// <summary>The network's name in the zoo; null when a file is trained on.</summary>
    public string? Model { get; init; }

    /// <summary>The factor on its widths.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The file that is trained on; null for a new network.</summary>
    public string? From { get; init; }

    public required DataOptions Data { get; init; }

    /// <summary>How images are normalised for a network whose file does not say; null where it says, or is new.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The penalty in its text form; null for none.</summary>
    public string? Penalty { get; init; }

    public double Lambda { get; init; }

    /// <summary>How the penalty is lowered; null in runs that began before there was a choice.</summary>
    public MethodOptions? Method { get; init; }

    /// <summary>Aids to recovery; null for none.</summary>
    public RecoveryOptions? Recovery { get; init; }

    public required TrainingOptions Training { get; init; }

    public Precision Precision { get; init; }

    /// <summary>Fast paths not to take; null for none.</summary>
    public string[]? Without { get; init; }

    /// <summary>Whether epochs are written down for TensorBoard, too; null for no.</summary>
    public bool? TensorBoard { get; init; }

    public int Threads { get; init; }

    public string Device { get; init; } = "cpu";

    /// <summary>The same with new weights, for the multiply-adds that a network of which <paramref name="left"/> is left would have taken whole.</summary>
    internal RunOptions FromScratch(double left = 1) =>
        this with
        {
            Training = Training with { Epochs = (int)Math.Round(Training.Epochs / left) },
            Recovery = (Recovery ?? new()) with { FromScratch = true },
        };

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Command is not ("train" or "retrain"))
            throw new UsageException($"the command is '{Command}', but must be train or retrain");
        if (Command == "train" ? string.IsNullOrWhiteSpace(Model) : string.IsNullOrWhiteSpace(From))
            throw new UsageException("it does not say what is trained");
        if (Threads is < 1 or > CommonOptions.MostThreads)
            throw new UsageException($"threads are {Threads}, but must be from 1 to {CommonOptions.MostThreads}");
        if (!(Width > 0) || !(Lambda >= 0))
            throw new UsageException($"the width is {Width} and λ {Lambda}, but they must be positive");
        if (Penalty is not null)
            _ = MethodArguments.Parse(Penalty, Lambda == 0 ? null : Lambda);
        Method?.Variational?.Check();
        Method?.Steering?.Check();
        Recovery?.Check();
        _ = FastPaths.Parse(Without is null ? null : string.Join(',', Without));
    }

    internal string ToJson() =>
        JsonSerializer.SerializeToNode(this, CliJson.Default.RunOptions)!.ToJsonString(new() { WriteIndented = true });

    /// <summary>The same for a file in that folder, from which the data are found if all is moved.</summary>
    internal string ToJson(string folder) => (this with { Data = Data.WrittenIn(folder) }).ToJson();

    internal static RunOptions Read(RunFolder folder)
    {
        try
        {
            var options = CheckedJson.Read(folder.ReadOptions(), CliJson.Default.RunOptions);
            return options with { Data = options.Data.FoundFrom(folder.Path) };
        }
        catch (JsonException e)
        {
            throw new RunException(
                $"{folder.OptionsFile} is damaged: it cannot be read as the options of a run ({e.Message.TrimEnd('.')}).",
                e
            );
        }
    }
}
