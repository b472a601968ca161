using System.Text.Json.Serialization;

namespace SlimSharp.Latency;

/// <summary>How tables of latencies are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true
)]
[JsonSerializable(typeof(LatencyTable))]
internal sealed partial class LatencyJson : JsonSerializerContext;
