using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlimSharp.Models;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>Writes <c>.slim</c> files.</summary>
internal static class SlimWriter
{
    /// <summary>The tensors of a section.</summary>
    /// <param name="Section">Which.</param>
    /// <param name="Tensors">The tensors, or null if there are none; they stay whose they are.</param>
    internal readonly record struct Part(Section Section, Weights? Tensors);

    internal static void Write(
        string path,
        SlimDescription description,
        IReadOnlyList<Part> parts,
        TrainingPosition? position,
        string? before
    )
    {
        SlimParts.Check(path, description);
        var tensors = new Dictionary<string, torch.Tensor>();
        foreach (var (section, some) in parts)
        {
            foreach (var name in some?.Names ?? [])
                tensors[SectionNames.InFile(section, name)] = some![name];
        }
        var metadata = Metadata(path, description);
        Put(metadata, "position", position, SlimJson.Default.TrainingPosition);
        Put(
            metadata,
            "hashes",
            tensors.ToDictionary(t => t.Key, t => Numbers.Hash(t.Value)),
            SlimJson.Default.DictionaryStringString
        );
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata), before);
    }

    private static Dictionary<string, string> Metadata(string path, SlimDescription description)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = SlimFile.Format,
            [HeaderSeal.Key] = HeaderSeal.Blank,
        };
        Put(metadata, "network", description.Network, SlimJson.Default.Network);
        Put(metadata, "normalization", description.Normalization, SlimJson.Default.Normalization);
        Put(metadata, "classes", [.. description.Classes], SlimJson.Default.StringArray);
        Put(metadata, "data", description.Data?.WrittenIn(FolderOf(path)), SlimJson.Default.DataOptions);
        Put(metadata, "plan", description.Plan, SlimJson.Default.SlimmingPlan);
        Put(metadata, "certificate", description.Certificate, SlimJson.Default.Certificate);
        Put(
            metadata,
            "provenance",
            new Dictionary<string, string>(description.Provenance),
            SlimJson.Default.DictionaryStringString
        );
        return metadata;
    }

    private static void Put<T>(Dictionary<string, string> metadata, string key, T? value, JsonTypeInfo<T> type)
    {
        if (value is not null)
            metadata[key] = JsonSerializer.Serialize(value, type);
    }

    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
