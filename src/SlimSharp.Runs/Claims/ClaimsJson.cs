using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>How claims are read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(ClaimFile))]
internal sealed partial class ClaimsJson : JsonSerializerContext;
