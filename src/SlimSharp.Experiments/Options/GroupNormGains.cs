using System.Text.Json.Serialization;

namespace SlimSharp.Experiments;

/// <summary>What the gains of GroupNorm layers are in a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GroupNormGains>))]
public enum GroupNormGains
{
    /// <summary>What the network says of them (<see cref="Networks.GroupNorm.GainsAreScales"/>).</summary>
    AsStored,

    /// <summary>Scales, which penalties, criteria and counts take like those of BatchNorm.</summary>
    Scales,

    /// <summary>Gains, which all of these leave alone.</summary>
    Gains,
}
