using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>Everything that decides a run, as run.json keeps it.</summary>
public sealed record RunOptions : IJsonOnDeserialized
{
    private readonly string? _command;
    private string[]? _regularizers;

    /// <summary>train or retrain: what begins, a new network or that of a file.</summary>
    public string Command
    {
        get => _command ?? (From is null ? "train" : "retrain");
        init => _command = value;
    }

    /// <summary>The network's name in the zoo; null when a file is trained on.</summary>
    public string? Model { get; init; }

    /// <summary>The factor on its widths.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The file that is trained on; null for a new network.</summary>
    public string? From { get; init; }

    /// <summary>The images.</summary>
    public required DataOptions Data { get; init; }

    /// <summary>
    /// How images are normalised for a network whose file does not say; null where it says, or is new.
    /// </summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The regularisers in their order, as text forms with all parameters; null for none.</summary>
    public string[]? Regularizers
    {
        get => _regularizers;
        init => _regularizers = value;
    }

    /// <summary>Whether training begins with new weights for the network of a file; null for no.</summary>
    public bool? FromScratch { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>What the gains of GroupNorms are; null in runs that began before there was a choice.</summary>
    public GroupNormGains? GroupNorm { get; init; } = GroupNormGains.AsStored;

    /// <summary>The data type of convolutions.</summary>
    public Precision Precision { get; init; }

    /// <summary>Fast paths not to take, by the names in <see cref="FastPaths"/>; null for none.</summary>
    public string[]? Without { get; init; }

    /// <summary>Whether epochs are written down for TensorBoard, too; null for no.</summary>
    public bool? TensorBoard { get; init; }

    /// <summary>Threads to compute with.</summary>
    public int Threads { get; init; } = SlimSharp.Threads.Count;

    /// <summary>Where to compute: cpu, or cuda, cuda:0, …</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// The same with new weights, for the multiply-adds that a network of which <paramref name="left"/> is left would
    /// have taken whole.
    /// </summary>
    public RunOptions WithNewWeights(double left = 1) =>
        this with
        {
            Training = Training with { Epochs = (int)Math.Round(Training.Epochs / left) },
            FromScratch = true,
        };

    /// <summary>The same with these regularisers.</summary>
    public RunOptions With(params string[] regularizers) => this with { Regularizers = Canonical(regularizers) };

    /// <summary>The regularisers, read.</summary>
    [JsonIgnore]
    public IReadOnlyList<RegularizerText> Texts => Parse(Regularizers ?? []);

    /// <summary>Text forms of regularisers with all their parameters; null for none.</summary>
    /// <exception cref="ExperimentException">One is none, or they do not go with each other.</exception>
    public static string[]? Canonical(IEnumerable<string> regularizers) =>
        Parse(regularizers) is { Count: > 0 } texts ? [.. texts.Select(t => $"{t}")] : null;

    private static IReadOnlyList<RegularizerText> Parse(IEnumerable<string> regularizers)
    {
        try
        {
            return RegularizerText.ParseAll(regularizers);
        }
        catch (FormatException e)
        {
            throw new ExperimentException($"RunOptions.Regularizers: {e.Message}");
        }
    }

    /// <summary>
    /// Whether the gains of GroupNorms are scales; null for what the network says. Before there was a choice penalties
    /// took them and variational scales did not.
    /// </summary>
    internal bool? GroupNormScales =>
        GroupNorm switch
        {
            GroupNormGains.AsScales => true,
            GroupNormGains.AsGains => false,
            null when Texts.Any(t => t.Kind.Name == "variational") => false,
            _ => null,
        };

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Command is not ("train" or "retrain"))
            throw new ExperimentException($"the command is '{Command}', but must be train or retrain");
        if (Command == "train" ? string.IsNullOrWhiteSpace(Model) : string.IsNullOrWhiteSpace(From))
            throw new ExperimentException("it does not say what is trained");
        if (Threads is < 1 or > SlimSharp.Threads.Most)
            throw new ExperimentException($"threads are {Threads}, but must be from 1 to {SlimSharp.Threads.Most}");
        if (!(Width > 0 && double.IsFinite(Width)))
            throw new ExperimentException($"the width is {Width}, but must be positive");
        if (!Enum.IsDefined(Precision))
            throw new ExperimentException($"the precision is {Precision}, which is none");
        _regularizers = Canonical(_regularizers ?? []);
        _ = FastPaths.Parse(Without is null ? null : string.Join(',', Without));
    }

    /// <summary>As run.json keeps them.</summary>
    public string ToJson() =>
        JsonSerializer
            .SerializeToNode(this, ExperimentsJson.Default.RunOptions)!
            .ToJsonString(new() { WriteIndented = true });

    /// <summary>The same for a file in that folder, from which the data are found if all is moved.</summary>
    internal string ToJson(string folder) => (this with { Data = Data.WrittenIn(folder) }).ToJson();

    /// <summary>The same, if they can be read again: what cannot would be a run that nobody could go on with.</summary>
    /// <exception cref="ExperimentException">They cannot; the message says what is wrong.</exception>
    internal string ToCheckedJson(string folder)
    {
        try
        {
            var json = ToJson(folder);
            _ = FromJson(json);
            return json;
        }
        catch (JsonException e)
        {
            throw new ExperimentException($"RunOptions: {e.Message.TrimEnd('.')}.", e);
        }
        catch (ArgumentException e) // of the writer
        {
            throw new ExperimentException("RunOptions: one of its numbers is infinite or none at all.", e);
        }
    }

    /// <summary>The options in a run.json, or in the provenance of a file; those of earlier versions too.</summary>
    /// <exception cref="JsonException">They cannot be read as such.</exception>
    public static RunOptions FromJson(string json) =>
        CheckedJson.Read(EarlierOptions.Replaced(json), ExperimentsJson.Default.RunOptions);

    /// <summary>The options of a run.</summary>
    /// <exception cref="RunException">They cannot be read.</exception>
    public static RunOptions Read(RunFolder folder)
    {
        try
        {
            var options = FromJson(folder.ReadOptions());
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
