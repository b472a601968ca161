using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

#if OWN_NAMESPACE // where tests see this copy beside another
namespace SlimSharp.Latency;

#else
namespace SlimSharp;

#endif

/// <summary>
/// The one way in which JSON of files becomes objects. A context (SlimJson, RunsJson, …) refuses doubled keys, missing
/// parts and null where there must be something; here, what it cannot see is refused: null among elements, words that
/// an enum does not have, numbers that are not finite. Ranges are each type's own, in
/// <see cref="System.Text.Json.Serialization.IJsonOnDeserialized"/>. Whatever does not hold is a
/// <see cref="JsonException"/> that says where.
/// </summary>
internal static class CheckedJson
{
    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">
    /// It is not what it should be; the message is a part of a sentence, without a full stop.
    /// </exception>
    internal static T Read<T>(string json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null");
            Check(value, type.Options, "");
            return value;
        }
        catch (JsonException e)
        {
            throw new JsonException(JsonSentence.Of(e), e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a type's own constructor or check says of what it is given.
            throw new JsonException(e is NullReferenceException ? "a part of it is null" : JsonSentence.Of(e), e);
        }
    }

    /// <summary>
    /// Reads a text as a tree, for what has no type of its own: no key twice, no string that is none.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON, or has such a key or string.</exception>
    internal static JsonNode? Tree(string json)
    {
        try
        {
            var tree = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false });
            CheckStrings(tree);
            return tree;
        }
        catch (JsonException e)
        {
            throw new JsonException(JsonSentence.Of(e), e);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("a string in it holds half a character", e);
        }
    }

    // Escapes are decoded when a string is first asked for, which throws where they make no text.
    private static void CheckStrings(JsonNode? node)
    {
        foreach (var part in node is JsonObject table ? table.Select(p => p.Value) : node as JsonArray ?? [])
            CheckStrings(part);
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
            _ = value.GetValue<string>();
    }

    /// <summary>The same of a part that has a converter of its own.</summary>
    internal static void Check(object part, JsonSerializerOptions options) => Check(part, options, "");

    private static void Check(object value, JsonSerializerOptions options, string path)
    {
        switch (value)
        {
            case double number when !double.IsFinite(number):
                throw new JsonException($"{path} is too large a number");
            case Enum word when !Enum.IsDefined(word.GetType(), word):
                throw new JsonException(
                    $"{path} is {word}, which is none of {string.Join(", ", Enum.GetNames(word.GetType()))}"
                );
            case string or Enum or int or long or double or bool or DateTime:
                return;
            case IDictionary table:
                foreach (DictionaryEntry entry in table)
                    CheckPart(entry.Value, options, At(path, $"{entry.Key}"));
                return;
            case IEnumerable list:
                CheckElements(list, options, path);
                return;
        }
        if (!options.TryGetTypeInfo(value.GetType(), out var type))
            return; // its converter has looked at it
        foreach (var property in type.Properties)
        {
            if (property.Get is not { } get)
                continue;
            if (get(value) is { } part)
                Check(part, options, At(path, property.Name));
            else if (!property.IsGetNullable)
                throw new JsonException($"{At(path, property.Name)} is missing");
        }
    }

    private static void CheckElements(IEnumerable list, JsonSerializerOptions options, string path)
    {
        if (list is int[] or long[] or bool[])
            return;
        var i = 0;
        foreach (var element in list)
            CheckPart(element, options, $"{path}[{i++}]");
    }

    private static void CheckPart(object? part, JsonSerializerOptions options, string path) =>
        Check(part ?? throw new JsonException($"{path} is null"), options, path);

    private static string At(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
