using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlimSharp.Tests.Trust;

/// <summary>A JSON text in which one value is not what it should be.</summary>
/// <param name="Where">The path of the value, and what became of it.</param>
/// <param name="Text">The text.</param>
internal sealed record JsonMutation(string Where, string Text)
{
    private const string Gone = "";
    private static readonly string Deep = new string('[', 5000) + new string(']', 5000);
    private static readonly JsonSerializerOptions AsItIs = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // Null, every type, extremes, what other languages write, and nesting.
    private static readonly string[] Instead =
    [
        "null",
        "true",
        "0",
        "-1",
        "3",
        "0.5",
        "70000",
        "2147483647",
        "2147483648",
        "-9223372036854775808",
        "1e308",
        "-1e308",
        "1e999",
        "\"\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"word\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"../../..\"",
        "[]",
        "[null]",
        "{}",
        "{\"a\":null}",
        Deep,
    ];

    /// <summary>
    /// Every value of a text (of arrays the first two and the last element, for the others are like them): replaced by
    /// each of these, doubled with its key, doubled with null, and removed.
    /// </summary>
    internal static IEnumerable<JsonMutation> All(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement.Clone();
        foreach (var path in Paths(root, []))
        {
            var where = string.Join('.', path);
            foreach (var other in Instead)
                yield return new($"{where} = {(other.Length > 40 ? "[[…" : other)}", Write(root, path, _ => other));
            if (path.Length == 0)
                continue;
            yield return new($"{where} twice", Write(root, path, v => v, (key, v) => $"{key}{v},{key}{v}"));
            yield return new($"{where} and null", Write(root, path, v => v, (key, v) => $"{key}{v},{key}null"));
            yield return new($"{where} removed", Write(root, path, _ => Gone));
        }
        yield return new("cut short", json[..(json.Length / 2)]);
        yield return new("empty", "");
    }

    private static IEnumerable<string[]> Paths(JsonElement element, string[] path)
    {
        yield return path;
        var below = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(p => (p.Name, p.Value)),
            JsonValueKind.Array => element
                .EnumerateArray()
                .Select((v, i) => ($"{i}", v))
                .Where((_, i) => i < 2 || i == element.GetArrayLength() - 1),
            _ => [],
        };
        foreach (var (name, value) in below)
        {
            foreach (var found in Paths(value, [.. path, name]))
                yield return found;
        }
    }

    // The text with another value at the end of the path; written by hand, for no library writes what is wrong.
    private static string Write(
        JsonElement element,
        ReadOnlySpan<string> path,
        Func<string, string> change,
        Func<string, string, string>? part = null
    )
    {
        if (path.IsEmpty)
            return change(JsonSerializer.Serialize(element, AsItIs));
        List<string> parts = [];
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
                Add(
                    parts,
                    $"{JsonSerializer.Serialize(property.Name, AsItIs)}:",
                    property.Name,
                    property.Value,
                    path,
                    change,
                    part
                );
            return $"{{{string.Join(',', parts)}}}";
        }
        foreach (var (value, i) in element.EnumerateArray().Select((v, i) => (v, i)))
            Add(parts, "", $"{i}", value, path, change, part);
        return $"[{string.Join(',', parts)}]";
    }

    private static void Add(
        List<string> parts,
        string key,
        string name,
        JsonElement value,
        ReadOnlySpan<string> path,
        Func<string, string> change,
        Func<string, string, string>? part
    )
    {
        var isHere = name == path[0];
        var text = isHere ? Write(value, path[1..], change, part) : JsonSerializer.Serialize(value, AsItIs);
        if (isHere && path.Length == 1 && part is not null)
            parts.Add(part(key, text));
        else if (text != Gone)
            parts.Add(key + text);
    }
}
