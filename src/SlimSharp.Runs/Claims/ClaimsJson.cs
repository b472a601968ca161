using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>How claims are read.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true
)]
[JsonSerializable(typeof(ClaimFile))]
internal sealed partial class ClaimsJson : JsonSerializerContext;
