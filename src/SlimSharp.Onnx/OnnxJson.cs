using System.Text.Json.Serialization;

namespace SlimSharp.Onnx;

/// <summary>How metadata are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true
)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class OnnxJson : JsonSerializerContext;
