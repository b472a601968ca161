using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>What of a value is numbered along an axis.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PositionAxis>))]
public enum PositionAxis
{
    /// <summary>Its channels.</summary>
    Channels,

    /// <summary>The tokens of a sequence.</summary>
    Tokens,
}
