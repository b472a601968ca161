using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;

namespace SlimSharp.Runs;

/// <summary>Reads TOML or JSON as one kind of tree; numbers of TOML become strings that say the same.</summary>
internal static class TomlText
{
    /// <summary>Reads a file; .json is JSON, all else TOML.</summary>
    /// <exception cref="RunException">It cannot be read.</exception>
    internal static JsonObject Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var root = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                ? CheckedJson.Tree(text)
                : ToJson(Table(path, text));
            return root as JsonObject ?? throw new RunException($"{path} is no table.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or TomlException)
        {
            throw new RunException($"{path} cannot be read ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }

    private static TomlTable? Table(string path, string text)
    {
        var table = TomlSerializer.Deserialize<TomlTable>(text); // first, since it tells what is no TOML
        TomlKeys.Check(path, SyntaxParser.Parse(text, path, validate: false));
        return table;
    }

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
