using System.Text.Json.Serialization;

namespace SlimSharp.Linear;

/// <summary>How models are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(LogisticModel))]
internal sealed partial class LinearJson : JsonSerializerContext;
