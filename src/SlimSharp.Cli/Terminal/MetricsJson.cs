using System.Text.Json.Serialization;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>How the metrics of epochs are printed for machines: as metrics.jsonl has them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(EpochMetrics))]
internal sealed partial class MetricsJson : JsonSerializerContext;
