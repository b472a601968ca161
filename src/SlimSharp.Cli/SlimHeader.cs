using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlimSharp.Cli;

/// <summary>What .slim files say of themselves, without their tensors, for lists of many.</summary>
internal static class SlimHeader
{
    private const int Most = 100_000_000; // bytes
    private const string Metadata = "__metadata__";

    /// <summary>The metadata of a file; empty if it is no .slim file or cannot be read.</summary>
    internal static IReadOnlyDictionary<string, string> Read(string path) => Read(path, out _);

    /// <summary>The metadata of a file; empty if it is no .slim file or cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="damage">Why they cannot be read, as a sentence that names the file; null if they can.</param>
    internal static IReadOnlyDictionary<string, string> Read(string path, out string? damage)
    {
        damage = null;
        try
        {
            using var stream = File.OpenRead(path);
            var prefix = new byte[8];
            stream.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (length is < 2 or > Most || length > stream.Length - prefix.Length)
                throw new JsonException("it has no header of a .slim file");
            var header = new byte[length];
            stream.ReadExactly(header);
            using var json = JsonDocument.Parse(header);
            return json
                .RootElement.GetProperty(Metadata)
                .EnumerateObject()
                .Where(p => p.Value.ValueKind == JsonValueKind.String)
                .DistinctBy(p => p.Name)
                .ToDictionary(p => p.Name, p => p.Value.GetString()!);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
            )
        {
            var why = e is EndOfStreamException ? "it is cut short" : JsonSentence.Of(e);
            damage = $"{path} is damaged ({why}).";
            return new Dictionary<string, string>();
        }
    }

    /// <summary>A part of the metadata that is a JSON object; null if it is none.</summary>
    internal static JsonObject? Part(IReadOnlyDictionary<string, string> metadata, string key) =>
        Object(metadata.GetValueOrDefault(key));

    /// <summary>The same of a text in such an object.</summary>
    internal static JsonObject? Part(JsonObject? part, string key) =>
        part?[key] is JsonValue value && value.TryGetValue(out string? text) ? Object(text) : null;

    private static JsonObject? Object(string? json)
    {
        try
        {
            return json is null ? null : CheckedJson.Tree(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
