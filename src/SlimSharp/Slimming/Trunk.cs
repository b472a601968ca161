using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>How a trunk that several layers read is cut.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Trunk>))]
public enum Trunk
{
    /// <summary>Coupled channels are cut everywhere together.</summary>
    Coupled,

    /// <summary>Every reader selects its own channels; those that nobody reads any more are cut everywhere.</summary>
    Selection,
}
