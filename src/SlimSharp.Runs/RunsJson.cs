using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>How records, sweeps and results are written as JSON.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(SweepPlan))]
[JsonSerializable(typeof(SweepStart))]
[JsonSerializable(typeof(SweepResult))]
[JsonSerializable(typeof(SweepResults))]
internal sealed partial class RunsJson : JsonSerializerContext;
