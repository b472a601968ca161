using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>Everything that decides a run, as run.json keeps it.</summary>
internal sealed record RunOptions : IJsonOnDeserialized
{
    private string[]? _regularizers;
    private bool? _fromScratch;
    private readonly string? _penalty;
    private readonly double _lambda;
    private readonly MethodOptions? _method;
    private readonly RecoveryOptions? _recovery;

    /// <summary>train or retrain.</summary>
    public required string Command { get; init; }

    /// <summary>The network's name in the zoo; null when a file is trained on.</summary>
    public string? Model { get; init; }

    /// <summary>The factor on its widths.</summary>
    public double Width { get; init; } = 1;

    /// <summary>The file that is trained on; null for a new network.</summary>
    public string? From { get; init; }

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
    public bool? FromScratch
    {
        get => _fromScratch;
        init => _fromScratch = value;
    }

    // Of runs that began before there was a list of regularisers: read, never written.
    public string? Penalty
    {
        init => _penalty = value;
    }

    public double? Lambda
    {
        init => _lambda = value ?? 0;
    }

    public MethodOptions? Method
    {
        init => _method = value;
    }

    public RecoveryOptions? Recovery
    {
        init => _recovery = value;
    }

    public required TrainingOptions Training { get; init; }

    public Precision Precision { get; init; }

    /// <summary>Fast paths not to take; null for none.</summary>
    public string[]? Without { get; init; }

    /// <summary>Whether epochs are written down for TensorBoard, too; null for no.</summary>
    public bool? TensorBoard { get; init; }

    public int Threads { get; init; }

    public string Device { get; init; } = "cpu";

    /// <summary>
    /// The same with new weights, for the multiply-adds that a network of which <paramref name="left"/> is left would
    /// have taken whole.
    /// </summary>
    internal RunOptions WithNewWeights(double left = 1) =>
        this with
        {
            Training = Training with { Epochs = (int)Math.Round(Training.Epochs / left) },
            FromScratch = true,
        };

    /// <summary>The same with these regularisers.</summary>
    internal RunOptions With(params string[] regularizers) => this with { Regularizers = Canonical(regularizers) };

    /// <summary>The regularisers, read.</summary>
    internal IReadOnlyList<RegularizerText> Texts => Parse(Regularizers ?? []);

    /// <summary>Text forms of regularisers with all their parameters; null for none.</summary>
    /// <exception cref="UsageException">One is none, or they do not go with each other.</exception>
    internal static string[]? Canonical(IEnumerable<string> regularizers) =>
        Parse(regularizers) is { Count: > 0 } texts ? [.. texts.Select(t => $"{t}")] : null;

    private static IReadOnlyList<RegularizerText> Parse(IEnumerable<string> regularizers)
    {
        try
        {
            return RegularizerText.ParseAll(regularizers);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--regularizer: {e.Message}");
        }
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Command is not ("train" or "retrain"))
            throw new UsageException($"the command is '{Command}', but must be train or retrain");
        if (Command == "train" ? string.IsNullOrWhiteSpace(Model) : string.IsNullOrWhiteSpace(From))
            throw new UsageException("it does not say what is trained");
        if (Threads is < 1 or > CommonOptions.MostThreads)
            throw new UsageException($"threads are {Threads}, but must be from 1 to {CommonOptions.MostThreads}");
        if (!(Width > 0) || !(_lambda >= 0))
            throw new UsageException($"the width is {Width} and λ {_lambda}, but they must be positive");
        _regularizers = Canonical(_regularizers ?? EarlierOptions.Texts(_penalty, _lambda, _method, _recovery));
        _fromScratch ??= _recovery is { FromScratch: true } ? true : null;
        _ = FastPaths.Parse(Without is null ? null : string.Join(',', Without));
    }

    internal string ToJson() =>
        JsonSerializer.SerializeToNode(this, CliJson.Default.RunOptions)!.ToJsonString(new() { WriteIndented = true });

    /// <summary>The same for a file in that folder, from which the data are found if all is moved.</summary>
    internal string ToJson(string folder) => (this with { Data = Data.WrittenIn(folder) }).ToJson();

    /// <summary>The options in a run.json, or in the provenance of a file; those of earlier versions too.</summary>
    /// <exception cref="JsonException">They cannot be read as such.</exception>
    internal static RunOptions FromJson(string json) => CheckedJson.Read(json, CliJson.Default.RunOptions);

    internal static RunOptions Read(RunFolder folder)
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
