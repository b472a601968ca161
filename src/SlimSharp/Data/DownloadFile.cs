using System.IO.Compression;
using System.Security.Cryptography;

namespace SlimSharp.Data;

/// <summary>A file to fetch.</summary>
/// <param name="Address">Where it is published.</param>
/// <param name="Sha256">The hash of its content, in hexadecimal.</param>
/// <param name="Unpacked">True if the hash is that of what the gzip file holds, which survives repacking.</param>
public sealed record DownloadFile(Uri Address, string Sha256, bool Unpacked)
{
    /// <summary>True if the file at <paramref name="path"/> has the content that was published.</summary>
    public bool Matches(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = Unpacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Convert.ToHexStringLower(SHA256.HashData(content)) == Sha256;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
