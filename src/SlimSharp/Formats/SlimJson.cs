using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Formats;

/// <summary>How networks, plans, certificates and options are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true
)]
[JsonSerializable(typeof(Network))]
[JsonSerializable(typeof(SlimmingPlan))]
[JsonSerializable(typeof(Certificate))]
[JsonSerializable(typeof(Normalization))]
[JsonSerializable(typeof(DataOptions))]
[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(TrainingPosition))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class SlimJson : JsonSerializerContext;
