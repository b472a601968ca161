using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>How the library's own layers are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Input))]
[JsonSerializable(typeof(Convolution))]
[JsonSerializable(typeof(TransposedConvolution))]
[JsonSerializable(typeof(BatchNorm))]
[JsonSerializable(typeof(GroupNorm))]
[JsonSerializable(typeof(LayerNorm))]
[JsonSerializable(typeof(Activation))]
[JsonSerializable(typeof(PRelu))]
[JsonSerializable(typeof(MaxPool))]
[JsonSerializable(typeof(AveragePool))]
[JsonSerializable(typeof(GlobalAveragePool))]
[JsonSerializable(typeof(Upsample))]
[JsonSerializable(typeof(Add))]
[JsonSerializable(typeof(Multiply))]
[JsonSerializable(typeof(Concat))]
[JsonSerializable(typeof(Select))]
[JsonSerializable(typeof(Shift))]
[JsonSerializable(typeof(Factor))]
[JsonSerializable(typeof(Flatten))]
[JsonSerializable(typeof(Linear))]
[JsonSerializable(typeof(Dropout))]
internal sealed partial class LayerJson : JsonSerializerContext;
