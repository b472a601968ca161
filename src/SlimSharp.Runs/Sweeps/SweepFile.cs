using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlimSharp.Runs;

/// <summary>
/// Reads the description of a sweep, in TOML or JSON: <c>name</c>, <c>claims</c> (the file of claims, beside this one),
/// and stages with <c>name</c>, <c>command</c>, <c>options</c>, <c>case</c> (options, <c>grid</c>, <c>only</c>),
/// <c>grid</c>, <c>unless</c> and <c>evaluate</c>.
/// </summary>
public static class SweepFile
{
    private const string ClaimsKey = "claims";
    private const string GridKey = "grid";
    private const string OnlyKey = "only";
    private const string ListKey = "regularizer"; // the option of a run that is a list
    private static readonly string[] Keys = ["name", "command", "options", "case", GridKey, "unless", "evaluate"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="RunException">
    /// It cannot be read, or a part of it is not what it should be; the message names the part.
    /// </exception>
    public static SweepPlan Read(string path) => Of(path, TomlText.Read(path));

    private static SweepPlan Of(string path, JsonObject root)
    {
        if (root.FirstOrDefault(p => p.Key is not ("name" or ClaimsKey or "stage")).Key is { } stray)
            throw new RunException($"{path}: there is no '{stray}' in a sweep, only name, claims and stage.");
        var stages =
            root["stage"] as JsonArray
            ?? throw new RunException($"{path} has no stages; they are written [[stage]] in TOML.");
        return new()
        {
            Name = Name(path, root["name"]?.ToString()),
            Claims = root[ClaimsKey] is { } claims
                ? Path.Combine(Path.GetDirectoryName(path) ?? "", Value($"{path}, {ClaimsKey}", claims))
                : null,
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

    // It becomes the name of jobs. That of a file was given for other purposes, and is reduced.
    private static string Name(string path, string? given) =>
        given is null ? SafeName.Of(Path.GetFileNameWithoutExtension(path))
        : SafeName.Is(given) ? given
        : throw new RunException(
            $"{path}: the name '{ScriptWord.Visible(given)}' is to be of at most 100 letters (a to z), digits, dots, dashes and underscores, and not of dots alone, such as '{SafeName.Of(given)}'."
        );

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
            Grid = Lists($"{where}, grid", stage[GridKey]),
            Evaluate = Values($"{where}, evaluate", stage["evaluate"]),
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
        var table = Table(where, node).DeepClone().AsObject();
        table.Remove(GridKey, out var grid);
        table.Remove(OnlyKey, out var only);
        var options = Values(where, table);
        return options.TryGetValue("name", out var name)
            ? new(name, options.Remove("name"))
            {
                Grid = Lists($"{where}, grid", grid),
                Only = Lists($"{where}, only", only, single: true),
            }
            : throw new RunException($"{where} has no name.");
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Lists(
        string where,
        JsonNode? node,
        bool single = false
    ) =>
        Table(where, node)
            .ToImmutableSortedDictionary(
                p => p.Key,
                p =>
                    p.Value switch
                    {
                        JsonArray values => values
                            .Select(v => Value($"{where}, {p.Key}", v, isList: p.Key == ListKey))
                            .ToImmutableArray(),
                        { } value when single => [Value($"{where}, {p.Key}", value)],
                        _ => throw new RunException(
                            $"{where}: '{p.Key}' must be a list of values, as in [0.1, 0.2]; a single value belongs to the options."
                        ),
                    }
            );

    private static ImmutableSortedDictionary<string, string> Values(string where, JsonNode? node) =>
        Table(where, node)
            .ToImmutableSortedDictionary(
                p => p.Key,
                p => Value($"{where}, {p.Key}", p.Value, isList: p.Key == ListKey)
            );

    private static JsonObject Table(string where, JsonNode? node) =>
        node is null ? [] : node as JsonObject ?? throw new RunException($"{where} must be a table.");

    // What a list holds is one value of its option, with spaces between.
    private static string Value(string where, JsonNode? node, bool isList = false) =>
        node switch
        {
            JsonArray list when isList => string.Join(' ', list.Select(v => Value(where, v))),
            JsonValue value => value.GetValueKind() switch
            {
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.ToString(),
            },
            _ => throw new RunException($"{where} must be a number, a word, true or false."),
        };
}
