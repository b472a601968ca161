using System.Text.Json.Serialization;

namespace SlimSharp.Experiments;

/// <summary>What the gains of GroupNorm layers are in a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupNormGains>))]
public enum GroupNormGains
{
    /// <summary>As the network says (<see cref="Networks.GroupNorm.GainsAreScales"/>).</summary>
    AsStored,

    /// <summary>As scales, which penalties, criteria and counts take like those of BatchNorm.</summary>
    AsScales,

    /// <summary>As gains, which all of these leave alone.</summary>
    AsGains,
}
