using System.Text.Json.Serialization;

namespace SlimSharp.Models;

/// <summary>The data type a model computes in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>
    /// Convolutions and activations in bfloat16; parameters, statistics, classifier and loss in 32 bits.
    /// </summary>
    BFloat16,

    /// <summary>64-bit floating point throughout.</summary>
    Float64,
}
