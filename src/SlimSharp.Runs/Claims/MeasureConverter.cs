using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>Measures as their text.</summary>
internal sealed class MeasureConverter : JsonConverter<Measure>
{
    public override Measure Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.TokenType == JsonTokenType.String
                ? Measure.Parse(reader.GetString()!)
                : throw new JsonException("a measure is a name, such as accuracy, loss, parameters or macs");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, Measure value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
