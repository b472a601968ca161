using System.Text.Json.Serialization;

namespace SlimSharp.Cli;

/// <summary>The methods by which scales are made sparse.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Method>))]
internal enum Method
{
    Subgradient,
    Prox,
    Splitting,
    Variational,
}
