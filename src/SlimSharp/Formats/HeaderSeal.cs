using System.Security.Cryptography;
using System.Text;

namespace SlimSharp.Formats;

/// <summary>
/// A hash of a safetensors header within the header itself: SHA-256 of the header's length and bytes, in which the 64
/// digits of the hash are zeros. With a hash of every tensor in the header, no byte of a file can change unseen.
/// </summary>
internal static class HeaderSeal
{
    /// <summary>The metadata that holds the hash.</summary>
    internal const string Key = "slimsharp.headerHash";

    /// <summary>What stands there until the hash is known.</summary>
    internal static string Blank { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>Puts the hash into a header that has the blank.</summary>
    internal static void Put(ReadOnlySpan<byte> length, Span<byte> header) =>
        Encoding.ASCII.GetBytes(Hash(length, header), Place(header));

    /// <summary>Whether the header is the one that was written.</summary>
    internal static bool Holds(ReadOnlySpan<byte> length, byte[] header)
    {
        var blank = header.ToArray();
        var place = Place(blank);
        if (place.IsEmpty)
            return false;
        var hash = Encoding.ASCII.GetString(place);
        place.Fill((byte)'0');
        return hash == Hash(length, blank);
    }

    private static string Hash(ReadOnlySpan<byte> length, ReadOnlySpan<byte> header) =>
        Convert.ToHexStringLower(SHA256.HashData([.. length, .. header]));

    // Quotation marks within strings are escaped in JSON, so that this can stand in one place only.
    private static Span<byte> Place(Span<byte> header)
    {
        var begin = header.IndexOf(Encoding.ASCII.GetBytes($"\"{Key}\":\""));
        var at = begin + Key.Length + 4;
        return begin < 0 || at + Blank.Length > header.Length ? [] : header.Slice(at, Blank.Length);
    }
}
