using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// The safetensors format: an 8-byte header length, a JSON header with type, shape and place of every tensor, and their
/// raw bytes, little-endian and without gaps.
/// </summary>
public static class SafeTensors
{
    private const string MetadataKey = "__metadata__";
    private const int MaxHeader = 100_000_000;

    private static readonly (string Name, torch.ScalarType Type, int Size)[] Types =
    [
        ("F64", torch.ScalarType.Float64, 8),
        ("F32", torch.ScalarType.Float32, 4),
        ("F16", torch.ScalarType.Float16, 2),
        ("BF16", torch.ScalarType.BFloat16, 2),
        ("I64", torch.ScalarType.Int64, 8),
        ("I32", torch.ScalarType.Int32, 4),
        ("I16", torch.ScalarType.Int16, 2),
        ("I8", torch.ScalarType.Int8, 1),
        ("U8", torch.ScalarType.Byte, 1),
        ("BOOL", torch.ScalarType.Bool, 1),
    ];

    /// <summary>Writes tensors, in the order of their names, and metadata.</summary>
    public static void Write(
        Stream stream,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        var ordered = tensors.OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var header = Header(ordered, metadata ?? ImmutableDictionary<string, string>.Empty);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        if (metadata?.ContainsKey(HeaderSeal.Key) == true)
            HeaderSeal.Put(length, header);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
            Numbers.WithBytes(tensor, stream.Write);
    }

    /// <summary>Reads a file. The caller disposes the result.</summary>
    /// <exception cref="FileFormatException">It is damaged, or not a safetensors file.</exception>
    public static TensorFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Read(path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ExternalException)
        {
            throw new FileFormatException($"{path}: cannot be read ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }

    private static TensorFile Read(string path, FileStream stream)
    {
        var prefix = new byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw new FileFormatException($"{path}: is shorter than the 8 bytes that a safetensors file begins with.");
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length is < 2 or > MaxHeader || length > stream.Length - 8)
            throw new FileFormatException(
                $"{path}: is not a safetensors file, or is cut short: it announces a header of {length} bytes."
            );
        var budget = ReadBudget.Of(path, sentence => new FileFormatException(sentence));
        var header = budget.Read(stream, length, "the bytes of its header");
        var (entries, metadata) = ParseHeader(path, header);
        if (metadata.ContainsKey(HeaderSeal.Key) && !HeaderSeal.Holds(prefix, header))
            throw new FileFormatException(
                $"{path}: its header does not have the content that was written; the file is damaged."
            );
        Check(path, entries, stream.Length - 8 - length);

        var tensors = new Dictionary<string, torch.Tensor>();
        try
        {
            foreach (var entry in entries.OrderBy(e => e.Begin))
            {
                budget.Take(entry.End - entry.Begin, "its tensors");
                var tensor = torch.empty(entry.Sizes, entry.Type);
                tensors[entry.Name] = tensor;
                stream.Position = 8 + length + entry.Begin;
                if (entry.End > entry.Begin)
                    stream.ReadExactly(tensor.bytes);
            }
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
        return new(tensors, metadata);
    }

    private static byte[] Header(
        KeyValuePair<string, torch.Tensor>[] tensors,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var (type, _, size) = Types.First(t => t.Type == tensor.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (var n in tensor.shape)
                    json.WriteNumberValue(n);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Padded with spaces so that the data begin at a multiple of 8.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static (List<Entry> Entries, Dictionary<string, string> Metadata) ParseHeader(string path, byte[] header)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new() { AllowDuplicateProperties = false });
            var (entries, metadata) = (new List<Entry>(), new Dictionary<string, string>());
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    foreach (var item in property.Value.EnumerateObject())
                        metadata[item.Name] =
                            item.Value.GetString() ?? throw new JsonException($"the metadata '{item.Name}' is null");
                }
                else
                {
                    entries.Add(ParseEntry(path, property));
                }
            }
            return (entries, metadata);
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or FormatException
                        or DecoderFallbackException
            )
        {
            throw new FileFormatException(
                $"{path}: its header is not that of a safetensors file ({JsonSentence.Of(e).TrimEnd('.')}).",
                e
            );
        }
    }

    private static Entry ParseEntry(string path, JsonProperty property)
    {
        var name = property.Value.GetProperty("dtype").GetString()!;
        if (Types.FirstOrDefault(t => t.Name == name) is not ({ } _, var type, var size))
            throw new FileFormatException($"{path}: the tensor '{property.Name}' has the unknown type {name}.");
        long[] sizes = [.. property.Value.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];
        long[] offsets = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(n => n.GetInt64())];
        var bytes = sizes.Aggregate((double)size, (a, b) => a * b);
        if (bytes > int.MaxValue && offsets is [var first, var last] && last - first == bytes)
            throw new FileFormatException(
                $"{path}: the tensor '{property.Name}' has {bytes / 1e9:F1} GB, more than the 2.1 GB that a tensor may have."
            );
        return sizes.All(n => n >= 0) && offsets is [>= 0 and var begin, var end] && end - begin == bytes
            ? new(property.Name, type, sizes, begin, end)
            : throw new FileFormatException($"{path}: the tensor '{property.Name}' does not fit between its offsets.");
    }

    private static void Check(string path, List<Entry> entries, long available)
    {
        var at = 0L;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != at)
                throw new FileFormatException(
                    $"{path}: the tensor '{entry.Name}' overlaps another, or a gap lies before it."
                );
            at = entry.End;
        }
        if (at != available)
            throw new FileFormatException(
                $"{path}: its tensors take {at} bytes, but {available} follow the header; it is cut short or damaged."
            );
    }

    private sealed record Entry(string Name, torch.ScalarType Type, long[] Sizes, long Begin, long End);
}
