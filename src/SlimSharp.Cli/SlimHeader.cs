using System.Buffers.Binary;
using System.Text.Json;

namespace SlimSharp.Cli;

/// <summary>What .slim files say of themselves, without their tensors, for lists of many.</summary>
internal static class SlimHeader
{
    private const int Most = 100_000_000; // bytes
    private const string Metadata = "__metadata__";

    /// <summary>The metadata of a file; empty if it is no .slim file or cannot be read.</summary>
    internal static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var prefix = new byte[8];
            stream.ReadExactly(prefix);
            var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (length is < 2 or > Most || length > stream.Length - prefix.Length)
                return new Dictionary<string, string>();
            var header = new byte[length];
            stream.ReadExactly(header);
            using var json = JsonDocument.Parse(header);
            return json
                .RootElement.GetProperty(Metadata)
                .EnumerateObject()
                .Where(p => p.Value.ValueKind == JsonValueKind.String)
                .DistinctBy(p => p.Name)
                .ToDictionary(p => p.Name, p => p.Value.GetString()!);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
            )
        {
            return new Dictionary<string, string>();
        }
    }
}
