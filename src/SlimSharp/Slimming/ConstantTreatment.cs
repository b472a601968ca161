using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// What becomes of the constant that a channel of zero scale still carries: its activation at its shift.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConstantTreatment>))]
public enum ConstantTreatment
{
    /// <summary>It is dropped with the channel, as published.</summary>
    Drop,

    /// <summary>
    /// It is folded into the next layer wherever that is exact (no zero padding), and dropped elsewhere.
    /// </summary>
    Fold,
}
