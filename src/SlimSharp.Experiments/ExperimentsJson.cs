using System.Text.Json.Serialization;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>How run options, metrics and measurements are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
)]
[JsonSerializable(typeof(RunOptions))]
[JsonSerializable(typeof(EarlierOptions))]
[JsonSerializable(typeof(EpochMetrics))]
[JsonSerializable(typeof(ScaleHistory.Line))]
[JsonSerializable(typeof(ModelMeasures))]
[JsonSerializable(typeof(GroupMeasures))]
internal sealed partial class ExperimentsJson : JsonSerializerContext;
