using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>The element-wise functions an <see cref="Activation"/> can be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationFunction>))]
public enum ActivationFunction
{
    /// <summary>max(x, 0)</summary>
    Relu,

    /// <summary>x clamped to [0, 6]</summary>
    Relu6,

    /// <summary>x, or slope·x where x is negative</summary>
    LeakyRelu,

    /// <summary>1/(1 + e⁻ˣ)</summary>
    Sigmoid,

    /// <summary>tanh x</summary>
    Tanh,

    /// <summary>x/(1 + e⁻ˣ)</summary>
    Silu,

    /// <summary>(x + 3)/6 clamped to [0, 1]</summary>
    HardSigmoid,

    /// <summary>x·hardSigmoid(x)</summary>
    HardSwish,
}
