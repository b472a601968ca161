using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

public sealed partial record PlanReason
{
    /// <summary>Reads sentences, too, which earlier versions wrote.</summary>
    internal sealed class Converter : JsonConverter<PlanReason>
    {
        /// <inheritdoc/>
        public override bool HandleNull => true;

        /// <inheritdoc/>
        public override PlanReason Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return new(PlanReasonKind.Unnamed) { Text = reader.GetString() };
            using var json = JsonDocument.ParseValue(ref reader);
            var reason = json.RootElement;
            if (
                reason.ValueKind != JsonValueKind.Object
                || !reason.TryGetProperty("kind", out var name)
                || name.ValueKind != JsonValueKind.String
                || Enum.GetNames<PlanReasonKind>().All(n => n != name.GetString())
            )
                throw new JsonException(
                    $"why units stay needs a kind, one of {string.Join(", ", Enum.GetNames<PlanReasonKind>())}"
                );
            return new(Enum.Parse<PlanReasonKind>(name.GetString()!))
            {
                Wanted = Count(reason, "wanted"),
                Width = Count(reason, "width"),
                Multiple = Count(reason, "multiple"),
                Share = Member(reason, "share") is { } share ? share.GetDouble() : null,
                Text = Member(reason, "text", JsonValueKind.String)?.GetString(),
            };
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, PlanReason value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", $"{value.Kind}");
            if (value.Wanted is { } wanted)
                writer.WriteNumber("wanted", wanted);
            if (value.Width is { } width)
                writer.WriteNumber("width", width);
            if (value.Multiple is { } multiple)
                writer.WriteNumber("multiple", multiple);
            if (value.Share is { } share)
                writer.WriteNumber("share", share);
            if (value.Text is { } text)
                writer.WriteString("text", text);
            writer.WriteEndObject();
        }

        private static int? Count(JsonElement reason, string name) =>
            Member(reason, name) is not { } member ? null
            : member.TryGetInt32(out var count) && count >= 0 ? count
            : throw new JsonException($"the {name} of why units stay must be a number of units");

        private static JsonElement? Member(
            JsonElement reason,
            string name,
            JsonValueKind kind = JsonValueKind.Number
        ) =>
            !reason.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
            : member.ValueKind == kind ? member
            : throw new JsonException(
                $"the {name} of why units stay must be a {(kind == JsonValueKind.String ? "text" : "number")}"
            );
    }
}
