using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlimSharp.Models;
using SlimSharp.Slimming;

namespace SlimSharp.Formats;

/// <summary>Reads <c>.slim</c> files of every format so far.</summary>
internal static class SlimReader
{
    private const string First = "1"; // has no hash of its header

    private static readonly string[] Formats = [First, "2", SlimFile.Format];

    /// <summary>Reads a file; the caller disposes it.</summary>
    /// <exception cref="FileFormatException">It is damaged, of a later format, or no <c>.slim</c> file.</exception>
    internal static SlimFile Read(string path)
    {
        if (!File.Exists(path))
            throw new FileFormatException($"There is no file '{path}'.");
        using var read = SafeTensors.Read(path);
        var metadata = read.Metadata;
        CheckFormat(path, metadata);
        CheckHashes(path, read);
        var sections = Enum.GetValues<Section>().ToDictionary(s => s, _ => new Weights());
        try
        {
            Divide(path, read, sections);
            var file = new SlimFile
            {
                Network =
                    Get(path, metadata, "network", SlimJson.Default.Network)
                    ?? throw new FileFormatException($"{path}: holds no network."),
                Weights = sections[Section.Network],
                Normalization = Get(path, metadata, "normalization", SlimJson.Default.Normalization),
                Classes = Get(path, metadata, "classes", SlimJson.Default.StringArray) ?? [],
                Data = Get(path, metadata, "data", SlimJson.Default.DataOptions)?.FoundFrom(SlimWriter.FolderOf(path)),
                Plan = Get(path, metadata, "plan", SlimJson.Default.SlimmingPlan),
                Certificate = Get(path, metadata, "certificate", SlimJson.Default.Certificate),
                Position = Get(path, metadata, "position", SlimJson.Default.TrainingPosition),
                Provenance = Get(path, metadata, "provenance", SlimJson.Default.DictionaryStringString) ?? [],
                Probe = Probe.Of(sections[Section.Probe]),
                Optimizer = sections[Section.Optimizer],
                Methods = sections[Section.Methods],
                Best = sections[Section.Best],
                Source = sections[Section.Source],
                Origin = path,
            };
            SlimParts.Check(path, file);
            SlimParts.CheckTensors(path, file);
            SlimParts.TakeRoom(path, file);
            return file;
        }
        catch
        {
            foreach (var section in sections.Values)
                section.Dispose();
            throw;
        }
    }

    // Hands every tensor over to its section.
    private static void Divide(string path, TensorFile read, Dictionary<Section, Weights> sections)
    {
        foreach (var stored in read.Tensors.Keys.ToArray())
        {
            var (section, name) =
                SectionNames.Of(stored, read.Metadata["format"])
                ?? throw new FileFormatException(
                    $"{path}: the tensor '{stored}' belongs to no part that a .slim file has; the file is damaged."
                );
            sections[section][name] = read.Take(stored);
        }
    }

    private static void CheckFormat(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("format", out var format) || !metadata.ContainsKey("network"))
            throw new FileFormatException($"{path}: is a safetensors file, but not a .slim file; it holds no network.");
        if (!Formats.Contains(format))
            throw new FileFormatException(
                $"{path}: is of format {format}; this program reads {string.Join(", ", Formats[..^1])} and {Formats[^1]}. "
                    + "Use a newer SlimSharp."
            );
        if (format != First && !metadata.ContainsKey(HeaderSeal.Key))
            throw new FileFormatException($"{path}: its header has no hash; the file is damaged.");
    }

    private static void CheckHashes(string path, TensorFile read)
    {
        var hashes = Get(path, read.Metadata, "hashes", SlimJson.Default.DictionaryStringString) ?? [];
        foreach (var (name, tensor) in read.Tensors)
        {
            if (!hashes.TryGetValue(name, out var hash))
                throw new FileFormatException($"{path}: the tensor '{name}' has no hash.");
            if (Numbers.Hash(tensor) != hash)
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' does not have the content that was written; the file is damaged."
                );
        }
    }

    private static T? Get<T>(
        string path,
        IReadOnlyDictionary<string, string> metadata,
        string key,
        JsonTypeInfo<T> type
    )
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
