using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlimSharp.Runs;

/// <summary>The runs below a folder, read one after another.</summary>
public static class RunList
{
    /// <summary>
    /// Every run folder below <paramref name="root"/>, in the order of their paths; one that links lead to as well is
    /// there once.
    /// </summary>
    public static IEnumerable<RunSummary> Below(string root)
    {
        if (!Directory.Exists(root))
            throw new RunException($"There is no folder '{root}'.");
        foreach (var folder in FolderTree.Of(root).Where(f => File.Exists(Path.Combine(f, "run.json"))))
            yield return Summary(folder);
    }

    private static RunSummary Summary(string folder)
    {
        var record = RunRecord.Read(folder, out var damage);
        IReadOnlyDictionary<string, string> settings = new Dictionary<string, string>();
        var options = Path.Combine(folder, "run.json");
        try
        {
            settings = Settings(
                CheckedJson.Tree(File.ReadAllText(options)) as JsonObject
                    ?? throw new JsonException("it holds no options")
            );
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            damage = RunSummary.DamageOf(options, e); // without which nothing is known of the run
        }
        return new(folder, settings, record, File.Exists(Path.Combine(folder, "model.slim"))) { Damage = damage };
    }

    /// <summary>The settings in a run's options, with dots between levels, as in training.seed.</summary>
    public static IReadOnlyDictionary<string, string> Settings(JsonNode? options)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten("", options, settings);
        return settings;
    }

    private static void Flatten(string prefix, JsonNode? node, SortedDictionary<string, string> into)
    {
        if (node is JsonObject table)
        {
            foreach (var (key, value) in table)
                Flatten(prefix.Length == 0 ? key : $"{prefix}.{key}", value, into);
        }
        else if (node is not null)
            into[prefix] = node is JsonArray ? node.ToJsonString() : node.ToString();
    }
}
