using System.IO.Compression;

namespace SlimSharp;

/// <summary>
/// What is in a gzip file, taken from a budget as it comes out: a few bytes can become a thousand times as many.
/// </summary>
internal sealed class UnpackedStream(Stream packed, ReadBudget budget)
    : ReadOnlyStream(new GZipStream(packed, CompressionMode.Decompress))
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = Inner.Read(buffer);
        budget.Take(read, "its unpacked bytes");
        return read;
    }
}
