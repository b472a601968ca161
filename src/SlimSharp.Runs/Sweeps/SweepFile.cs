using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tomlyn;
using Tomlyn.Model;

namespace SlimSharp.Runs;

/// <summary>
/// Reads the description of a sweep, in TOML or JSON: <c>name</c>, and stages with <c>name</c>, <c>command</c>, <c>options</c>, <c>case</c>,
/// <c>grid</c> and <c>unless</c>.
/// </summary>
public static class SweepFile
{
    private static readonly string[] Keys = ["name", "command", "options", "case", "grid", "unless"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="RunException">It cannot be read, or a part of it is not what it should be; the message names the part.</exception>
    public static SweepPlan Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var root = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? JsonNode.Parse(text)
                : ToJson(TomlSerializer.Deserialize<TomlTable>(text));
            return Of(path, root as JsonObject ?? throw new RunException($"{path} is no table."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or TomlException)
        {
            throw new RunException($"{path} cannot be read ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }

    private static SweepPlan Of(string path, JsonObject root)
    {
        if (root.FirstOrDefault(p => p.Key is not ("name" or "stage")).Key is { } stray)
            throw new RunException($"{path}: there is no '{stray}' in a sweep, only name and stage.");
        var stages =
            root["stage"] as JsonArray
            ?? throw new RunException($"{path} has no stages; they are written [[stage]] in TOML.");
        return new()
        {
            Name = root["name"]?.ToString() ?? Path.GetFileNameWithoutExtension(path),
            Stages =
            [
                .. stages.Select(
                    (s, i) =>
                        Stage(
                            $"{path}, stage {i + 1}",
                            s as JsonObject ?? throw new RunException($"{path}: stage {i + 1} is no table.")
                        )
                ),
            ],
        };
    }

    private static SweepStage Stage(string where, JsonObject stage)
    {
        if (stage.FirstOrDefault(p => !Keys.Contains(p.Key)).Key is { } stray)
            throw new RunException($"{where}: there is no '{stray}' in a stage, only {string.Join(", ", Keys)}.");
        var command = stage["command"]?.ToString() ?? throw new RunException($"{where} has no command.");
        return new()
        {
            Name = stage["name"]?.ToString() ?? command,
            Command = command,
            Options = Values($"{where}, options", stage["options"]),
            Cases = stage["case"] switch
            {
                null => [],
                JsonArray list => [.. list.Select((c, i) => Case($"{where}, case {i + 1}", c))],
                _ => throw new RunException($"{where}: case must be a list of tables."),
            },
            Grid = Table($"{where}, grid", stage["grid"])
                .ToImmutableSortedDictionary(
                    p => p.Key,
                    p =>
                        p.Value is JsonArray values
                            ? values.Select(v => Value($"{where}, grid, {p.Key}", v)).ToImmutableArray()
                            : throw new RunException($"{where}, grid: '{p.Key}' must be a list of values.")
                ),
            Unless = stage["unless"] switch
            {
                null => [],
                JsonArray list => [.. list.Select(u => Values($"{where}, unless", u))],
                _ => throw new RunException($"{where}: unless must be a list of tables."),
            },
        };
    }

    private static SweepCase Case(string where, JsonNode? node)
    {
        var options = Values(where, node);
        return options.TryGetValue("name", out var name)
            ? new(name, options.Remove("name"))
            : throw new RunException($"{where} has no name.");
    }

    private static ImmutableSortedDictionary<string, string> Values(string where, JsonNode? node) =>
        Table(where, node).ToImmutableSortedDictionary(p => p.Key, p => Value($"{where}, {p.Key}", p.Value));

    private static JsonObject Table(string where, JsonNode? node) =>
        node is null ? [] : node as JsonObject ?? throw new RunException($"{where} must be a table.");

    private static string Value(string where, JsonNode? node) =>
        node is JsonValue value
            ? value.GetValueKind() switch
            {
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.ToString(),
            }
            : throw new RunException($"{where} must be a number, a word, true or false.");

    private static JsonNode? ToJson(object? value) =>
        value switch
        {
            null => null,
            TomlTable table => new JsonObject(table.Select(p => KeyValuePair.Create(p.Key, ToJson(p.Value)))),
            TomlTableArray array => new JsonArray([.. array.Select(ToJson)]),
            TomlArray array => new JsonArray([.. array.Select(ToJson)]),
            bool b => JsonValue.Create(b),
            IFormattable number => JsonValue.Create(number.ToString(null, CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(value.ToString()),
        };
}
