using System.Text.Json.Nodes;

namespace SlimSharp.Cli;

/// <summary>
/// A JSON object as one line. JSON has no word for NaN or infinity: they are written as null, and why stands beside,
/// under the name with Reason behind it.
/// </summary>
internal static class JsonLine
{
    private const string Reason = "Reason";

    /// <summary>The line; the object is changed where numbers are not finite.</summary>
    internal static string Of(JsonObject result)
    {
        Mend(result);
        return result.ToJsonString();
    }

    // Returns why an array holds null, for its owner to say.
    private static string? Mend(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            string? found = null;
            for (var i = 0; i < array.Count; i++)
            {
                if (NotFinite(array[i]) is { } why)
                    (array[i], found) = (null, why);
                else
                    found = Mend(array[i]) ?? found;
            }
            return found;
        }
        if (node is not JsonObject table)
            return null;
        foreach (var (name, value) in table.ToArray())
        {
            var why = NotFinite(value);
            if (why is not null)
                table[name] = null;
            if ((why ?? Mend(value)) is { } reason)
                table[name + Reason] = reason;
        }
        return null;
    }

    private static string? NotFinite(JsonNode? node)
    {
        var value =
            node is not JsonValue number ? 0
            : number.TryGetValue<double>(out var wide) ? wide
            : number.TryGetValue<float>(out var narrow) ? narrow
            : 0;
        return Why(value);
    }

    /// <summary>Why a number cannot be written; null if it can.</summary>
    internal static string? Why(double value) =>
        double.IsNaN(value) ? "not a number"
        : double.IsInfinity(value) ? "infinite"
        : null;
}
