using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>The importance of coupled channels from those of its members.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportanceReduction>))]
public enum ImportanceReduction
{
    /// <summary>That of the most important.</summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The sum.</summary>
    Sum,
}
