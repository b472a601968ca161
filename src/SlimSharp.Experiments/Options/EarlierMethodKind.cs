using System.Text.Json.Serialization;

namespace SlimSharp.Experiments;

/// <summary>The methods that run.json named before there was a list of regularisers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EarlierMethodKind>))]
public enum EarlierMethodKind
{
    /// <summary>The penalty's subgradient is added to the loss's gradient.</summary>
    Subgradient,

    /// <summary>A proximal step after each step of the optimiser.</summary>
    Prox,

    /// <summary>Variable splitting: a copy of the scales is penalised, and coupled with them.</summary>
    Splitting,

    /// <summary>Scales are distributions under a prior.</summary>
    Variational,
}
