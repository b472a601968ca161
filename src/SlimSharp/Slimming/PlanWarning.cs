using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>Something that should be known before cutting.</summary>
/// <param name="Kind">
/// What kind of thing, as one of the constants: it stays the same from version to version, so that warnings can be
/// counted.
/// </param>
/// <param name="Text">The sentence.</param>
[JsonConverter(typeof(Converter))]
public sealed record PlanWarning(string Kind, string Text)
{
    /// <summary>
    /// There is no clear gap between scales that are small and those that are not, and the cut takes such that are not.
    /// </summary>
    public const string NoGap = "no-gap";

    /// <summary>There is a gap, and the cut goes beyond it.</summary>
    public const string BeyondGap = "beyond-gap";

    /// <summary>
    /// The cut stays below the gap, and takes scales all the same that are not small against those that stay.
    /// </summary>
    public const string LargeScales = "large-scales";

    /// <summary>A layer would have lost all of its channels, and keeps one.</summary>
    public const string EmptiedLayer = "emptied-layer";

    /// <summary>
    /// A layer would have been emptied by a criterion that compares layers of different size as they are.
    /// </summary>
    public const string NotNormalized = "not-normalized";

    /// <summary>The channels to be cut carry constants that the next layer has learnt to expect.</summary>
    public const string LostConstants = "lost-constants";

    /// <summary>Of a plan of an earlier version, which kept only the sentence.</summary>
    public const string Unnamed = "unnamed";

    /// <summary>The sentence.</summary>
    public override string ToString() => Text;

    /// <summary>Reads sentences without a kind, too, which earlier versions wrote.</summary>
    internal sealed class Converter : JsonConverter<PlanWarning>
    {
        /// <inheritdoc/>
        public override bool HandleNull => true;

        /// <inheritdoc/>
        public override PlanWarning Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return new(Unnamed, reader.GetString()!);
            using var json = JsonDocument.ParseValue(ref reader);
            return new(Member(json.RootElement, "kind"), Member(json.RootElement, "text"));
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, PlanWarning value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", value.Kind);
            writer.WriteString("text", value.Text);
            writer.WriteEndObject();
        }

        private static string Member(JsonElement warning, string name) =>
            warning.ValueKind == JsonValueKind.Object
            && warning.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.String
                ? member.GetString()!
                : throw new JsonException($"a warning needs a {name}, which is a text");
    }
}
