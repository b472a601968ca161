using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// A <c>.slim</c> file: a safetensors file whose metadata hold the network, so that it loads with no class of the user's, in a new
/// process, into inference or training. Owns its tensors.
/// </summary>
public sealed record SlimFile : IDisposable
{
    /// <summary>The version of the format that this program writes.</summary>
    public const string Format = "2";

    private static readonly string[] Formats = ["1", Format]; // files of the first have no hash of their header

    // Tensors that are not the network's own carry this in front.
    private const string Aside = "@";

    /// <summary>The network.</summary>
    public required Network Network { get; init; }

    /// <summary>Its parameters and buffers.</summary>
    public required Weights Weights { get; init; }

    /// <summary>What is done to bytes before the network sees them.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The data it was trained on.</summary>
    public DataOptions? Data { get; init; }

    /// <summary>The plan it was cut by, if it was cut.</summary>
    public SlimmingPlan? Plan { get; init; }

    /// <summary>The proof of that cut.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Where a training stands, if this is a checkpoint.</summary>
    public TrainingPosition? Position { get; init; }

    /// <summary>Command, seeds and versions that made it.</summary>
    public IReadOnlyDictionary<string, string> Provenance { get; init; } = new Dictionary<string, string>();

    /// <summary>Further tensors: probe inputs and outputs, the state of an optimiser.</summary>
    public Weights Extras { get; init; } = new();

    /// <summary>The path that it was read from; null if it was not read.</summary>
    internal string? Origin { get; init; }

    /// <summary>A model with copies of these weights; the caller disposes it.</summary>
    public Model ToModel(torch.ScalarType? type = null) => new(Network, Weights.Copy(type));

    /// <summary>
    /// This file with weights that were trained since, and, if it was cut, with the word in its provenance without which <see cref="Verification"/>
    /// takes other weights than those of the cut for a fault. Takes the weights over and shares all else with this file.
    /// </summary>
    public SlimFile Retrained(Weights weights)
    {
        var provenance = new Dictionary<string, string>(Provenance);
        if (Certificate is { } certificate)
            provenance[Certificate.Retrained] = certificate.WeightsHash;
        return this with { Weights = weights, Provenance = provenance };
    }

    /// <summary>
    /// Writes the file so that at any instant either the old or the whole new one is there; the old one is kept under the name <paramref name="before"/>, if
    /// one is given.
    /// </summary>
    /// <exception cref="FileFormatException">Its parts do not fit together, so that it could not be read again: classes of one name, or more than there are outputs.</exception>
    public void Save(string path, string? before = null)
    {
        CheckParts(path);
        var tensors = Weights.Names.ToDictionary(n => n, n => Weights[n]);
        foreach (var name in Extras.Names)
            tensors[Aside + name] = Extras[name];
        var hashes = tensors.ToDictionary(t => t.Key, t => Numbers.Hash(t.Value));
        var metadata = new Dictionary<string, string> { ["format"] = Format, [HeaderSeal.Key] = HeaderSeal.Blank };
        void Put<T>(string key, T? value, JsonTypeInfo<T> type)
        {
            if (value is not null)
                metadata[key] = JsonSerializer.Serialize(value, type);
        }
        Put("network", Network, SlimJson.Default.Network);
        Put("normalization", Normalization, SlimJson.Default.Normalization);
        Put("classes", [.. Classes], SlimJson.Default.StringArray);
        Put("data", Data?.WrittenIn(FolderOf(path)), SlimJson.Default.DataOptions);
        Put("plan", Plan, SlimJson.Default.SlimmingPlan);
        Put("certificate", Certificate, SlimJson.Default.Certificate);
        Put("position", Position, SlimJson.Default.TrainingPosition);
        Put("provenance", new Dictionary<string, string>(Provenance), SlimJson.Default.DictionaryStringString);
        Put("hashes", hashes, SlimJson.Default.DictionaryStringString);
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata), before);
    }

    /// <summary>Reads a file. The caller disposes the result.</summary>
    /// <exception cref="FileFormatException">It is damaged, of a later format, or no <c>.slim</c> file.</exception>
    public static SlimFile Load(string path)
    {
        if (!File.Exists(path))
            throw new FileFormatException($"There is no file '{path}'.");
        var (tensors, metadata) = SafeTensors.Read(path);
        var (weights, extras) = (new Weights(), new Weights());
        foreach (var (name, tensor) in tensors)
        {
            if (name.StartsWith(Aside, StringComparison.Ordinal))
                extras[name[Aside.Length..]] = tensor;
            else
                weights[name] = tensor;
        }
        try
        {
            CheckFormat(path, metadata);
            CheckHashes(path, tensors, metadata);
            var file = new SlimFile
            {
                Network =
                    Get(path, metadata, "network", SlimJson.Default.Network)
                    ?? throw new FileFormatException($"{path}: holds no network."),
                Weights = weights,
                Normalization = Get(path, metadata, "normalization", SlimJson.Default.Normalization),
                Classes = Get(path, metadata, "classes", SlimJson.Default.StringArray) ?? [],
                Data = Get(path, metadata, "data", SlimJson.Default.DataOptions)?.FoundFrom(FolderOf(path)),
                Plan = Get(path, metadata, "plan", SlimJson.Default.SlimmingPlan),
                Certificate = Get(path, metadata, "certificate", SlimJson.Default.Certificate),
                Position = Get(path, metadata, "position", SlimJson.Default.TrainingPosition),
                Provenance = Get(path, metadata, "provenance", SlimJson.Default.DictionaryStringString) ?? [],
                Extras = extras,
                Origin = path,
            };
            file.CheckParts(path);
            file.CheckTensors(path);
            file.TakeRoom(path);
            return file;
        }
        catch
        {
            weights.Dispose();
            extras.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Extras.Dispose();
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    // Each part was checked when it was read; this is how they fit together.
    private void CheckParts(string path)
    {
        var input =
            Network.Inputs.FirstOrDefault() ?? throw new FileFormatException($"{path}: its network has no input.");
        var channels = Network.Shapes[input.Name].Channels;
        if (Normalization is { } normalization && normalization.Mean.Length != channels)
            throw new FileFormatException(
                $"{path}: its normalization is for {normalization.Mean.Length} channels, but its network takes {channels}."
            );
        if (Classes.Count == 0 || Classification.NoClasses(Network) is not null)
            return;
        var outputs = Network.Shapes[Network.Outputs[0]].Channels;
        if (Classes.Count != outputs)
            throw new FileFormatException(
                $"{path}: it names {Classes.Count} classes, but its network has {outputs} outputs."
            );
        if (Classes.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new FileFormatException($"{path}: two of its classes are called '{twice}'.");
    }

    // Of the network that was cut, nothing but its description is in the file.
    private void TakeRoom(string path)
    {
        var budget = ReadBudget.Of(path, sentence => new FileFormatException(sentence));
        new NetworkRoom(budget).Take(Network);
        if (Plan is null)
            return;
        new NetworkRoom(budget).Take(Plan.Source);
        try
        {
            Plan.CheckBranches();
        }
        catch (SlimSharpException e)
        {
            throw new FileFormatException($"{path}: its plan cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private void CheckTensors(string path)
    {
        foreach (var (name, _, parameter) in Network.Parameters())
        {
            if (!Weights.Contains(name))
                throw new FileFormatException($"{path}: the tensor '{name}' of its network is missing.");
            if (!Weights[name].shape.AsSpan().SequenceEqual(parameter.Sizes.AsSpan()))
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' is not of the shape that its network needs."
                );
            if (!torch.is_floating_point(Weights[name]))
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' is of the type {Weights[name].dtype}, but weights and statistics are floating-point numbers."
                );
        }
    }

    private static void CheckFormat(string path, Dictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("format", out var format) || !metadata.ContainsKey("network"))
            throw new FileFormatException($"{path}: is a safetensors file, but not a .slim file; it holds no network.");
        if (!Formats.Contains(format))
            throw new FileFormatException(
                $"{path}: is of format {format}; this program reads {string.Join(" and ", Formats)}. Use a newer SlimSharp."
            );
        if (format != Formats[0] && !metadata.ContainsKey(HeaderSeal.Key))
            throw new FileFormatException($"{path}: its header has no hash; the file is damaged.");
    }

    private static void CheckHashes(
        string path,
        Dictionary<string, torch.Tensor> tensors,
        Dictionary<string, string> metadata
    )
    {
        var hashes = Get(path, metadata, "hashes", SlimJson.Default.DictionaryStringString) ?? [];
        foreach (var (name, tensor) in tensors)
        {
            if (!hashes.TryGetValue(name, out var hash))
                throw new FileFormatException($"{path}: the tensor '{name}' has no hash.");
            if (Numbers.Hash(tensor) != hash)
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' does not have the content that was written; the file is damaged."
                );
        }
    }

    private static T? Get<T>(string path, Dictionary<string, string> metadata, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return metadata.TryGetValue(key, out var json) ? CheckedJson.Read(json, type) : null;
        }
        catch (JsonException e)
        {
            throw new FileFormatException($"{path}: its {key} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
