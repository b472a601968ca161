using System.Text.Json;
using System.Text.RegularExpressions;

#if OWN_NAMESPACE // where tests see this copy beside another
namespace SlimSharp.Latency;

#else
namespace SlimSharp;

#endif

/// <summary>
/// What is wrong with a JSON text, for whoever wrote or keeps it. The serialiser speaks to programmers: of types,
/// members and constructor parameters, with paths in its own notation. The part of a sentence that is made of that
/// names keys and kinds of values only.
/// </summary>
internal static partial class JsonSentence
{
    private static readonly string[] s_whole =
    [
        nameof(Byte),
        nameof(SByte),
        nameof(Int16),
        nameof(UInt16),
        nameof(Int32),
        nameof(UInt32),
        nameof(Int64),
        nameof(UInt64),
    ];

    private static readonly string[] s_numbers = [nameof(Double), nameof(Single), nameof(Decimal)];

    /// <summary>A part of a sentence, without a full stop.</summary>
    internal static string Of(Exception e)
    {
        var message = e.Message.Split('\n')[0];
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        var said = Words(end < 0 ? message : message[..end], e);
        var place = e is JsonException { Path: { Length: > 2 } path } ? path[2..] : "";
        return place.Length > 0 && !said.Contains(place, StringComparison.Ordinal) ? $"{place}: {said}" : said;
    }

    private static string Words(string message, Exception e)
    {
        if (Missing.Match(message) is { Success: true } missing)
            return missing.Groups["keys"].Value is var keys && keys.Contains(',')
                ? $"{keys} are missing"
                : $"{keys} is missing";
        if (Unlike.Match(message) is { Success: true } unlike)
            return $"it is not {Asked(e.InnerException?.Message) ?? Kind(unlike.Groups["type"].Value)}";
        if (Unmapped.Match(message) is { Success: true } unmapped)
            return $"there is nothing called '{unmapped.Groups["key"].Value}' here";
        if (Twice.Match(message) is { Success: true } twice)
            return $"'{twice.Groups["key"].Value}' is there twice";
        if (Null.Match(message) is { Success: true } isNull)
            return $"'{isNull.Groups["key"].Value}' is null";
        if (NoKind.IsMatch(message))
            return "it does not say of which kind it is";
        if (message.StartsWith("The input does not contain any JSON tokens", StringComparison.Ordinal))
            return "there is nothing in it";
        if (e is KeyNotFoundException)
            return "a part of it is missing";
        if (message.StartsWith("The requested operation requires an element of type", StringComparison.Ordinal))
            return "a part of it is not what belongs there";
        if (message.StartsWith("The maximum configured depth", StringComparison.Ordinal))
            return "it is nested too deeply";
        if (
            message.StartsWith("Expected depth to be zero", StringComparison.Ordinal)
            || message.Contains("reached end of data", StringComparison.Ordinal)
        )
            return "it is cut short";
        var position = Position.Match(message);
        var plain = (position.Success ? message[..position.Index] : message).TrimEnd('.', ' ');
        return e is JsonException { LineNumber: { } line } ? $"{plain}, in line {line + 1}" : plain;
    }

    // What was to be read is told by the exception below, where the one above names the object that it belongs to.
    private static string? Asked(string? message) =>
        message is null ? null
        : Bounds.Match(message) is { Success: true } bounds ? Kind(bounds.Groups["type"].Value)
        : Token.Match(message) is { Success: true } token
            ? token.Groups["kind"].Value switch
            {
                "number" => "a number",
                "boolean" => "true or false",
                _ => "a text",
            }
        : null;

    // The last word of a type's name is what tells kinds of values apart: System.Nullable`1[System.Int32],
    // System.String[].
    private static string Kind(string type)
    {
        if (type.EndsWith("[]", StringComparison.Ordinal) || List.IsMatch(type))
            return "a list of what belongs there";
        if (Table.IsMatch(type))
            return "names with their values";
        var name = type[(type.TrimEnd(']').LastIndexOfAny(['.', '[', '+']) + 1)..].TrimEnd(']');
        return s_whole.Contains(name) ? "a whole number in its range"
            : s_numbers.Contains(name) ? "a number"
            : name switch
            {
                nameof(Boolean) => "true or false",
                nameof(String) => "a text",
                nameof(DateTime) => "a date",
                _ => "what belongs there",
            };
    }

    [GeneratedRegex(@"^JSON deserialization for type '[^']*' was missing required properties[^:]*: (?<keys>'.*')\.?$")]
    private static partial Regex Missing { get; }

    [GeneratedRegex(@"^The JSON value could not be converted to (?<type>.+?)\.?$")]
    private static partial Regex Unlike { get; }

    [GeneratedRegex(@"^The JSON property '(?<key>.*)' could not be mapped to any \.NET member")]
    private static partial Regex Unmapped { get; }

    [GeneratedRegex(@"^Duplicate property '(?<key>.*)' encountered")]
    private static partial Regex Twice { get; }

    [GeneratedRegex(
        @"^The (?:constructor parameter|property or field) '(?<key>.*?)' on type '.*' doesn't allow (?:setting )?null values"
    )]
    private static partial Regex Null { get; }

    [GeneratedRegex(@"^The JSON payload for polymorphic (?:interface|abstract|interface or abstract) type ")]
    private static partial Regex NoKind { get; }

    [GeneratedRegex(@"(?:too large or too small|out of bounds) for an? (?<type>\w+)")]
    private static partial Regex Bounds { get; }

    [GeneratedRegex(@"^Cannot get the value of a token type '\w+' as a (?<kind>\w+)")]
    private static partial Regex Token { get; }

    [GeneratedRegex(@"\.? LineNumber: \d+ \| BytePositionInLine: \d+")]
    private static partial Regex Position { get; }

    [GeneratedRegex(@"^System\.Collections\.[^[]*Dictionary`2")]
    private static partial Regex Table { get; }

    [GeneratedRegex(@"^System\.Collections\.[^[]*(Array|List|Set|Collection|Enumerable)`1")]
    private static partial Regex List { get; }
}
