using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>Layers as JSON: the properties of each, and in front of them the name of its kind.</summary>
public sealed class LayerConverter : JsonConverter<Layer>
{
    /// <inheritdoc/>
    public override Layer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = NameIn(reader);
        var type =
            LayerNames.TypeOf(name)
            ?? throw new JsonException(
                $"it is of the kind '{name}', which is not known here; a program that uses such layers adds the kind (CustomLayers.Add) before it reads them"
            );
        try
        {
            var json = LayerNames.Json(type);
            var layer = (Layer)JsonSerializer.Deserialize(ref reader, json)!;
            CheckedJson.Check(layer, json.Options);
            return layer;
        }
        catch (JsonException e)
        {
            throw new JsonException(JsonSentence.Of(e), e); // where it stands is said by who reads all of it
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Layer value, JsonSerializerOptions options)
    {
        var type = value.GetType();
        writer.WriteStartObject();
        writer.WriteString(
            LayerNames.Key,
            LayerNames.NameOf(type)
                ?? throw new NetworkException(
                    $"Layers of the kind {type.Name} cannot be stored: the kind has no name; give it one with CustomLayers.Add."
                )
        );
        using var properties = JsonSerializer.SerializeToDocument(value, LayerNames.Json(type));
        foreach (var property in properties.RootElement.EnumerateObject())
            property.WriteTo(writer);
        writer.WriteEndObject();
    }

    // The reader is a copy: the one that it is taken from stays where it is.
    private static string NameIn(Utf8JsonReader reader)
    {
        string? name = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("it is no layer");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals(LayerNames.Key);
            reader.Read();
            if (isName && name is not null)
                throw new JsonException($"'{LayerNames.Key}' is there twice");
            if (isName)
                name =
                    reader.TokenType == JsonTokenType.String
                        ? reader.GetString()
                        : throw new JsonException($"its '{LayerNames.Key}' is not a text");
            reader.TrySkip();
        }
        return name ?? throw new JsonException("it does not say of which kind it is");
    }
}
