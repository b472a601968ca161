using System.IO.Compression;
using System.Security.Cryptography;

namespace SlimSharp.Data;

/// <summary>A file to fetch.</summary>
/// <param name="Address">Where it is published.</param>
/// <param name="Hash">
/// The published hash of its content in hexadecimal: SHA-256, or MD5 (32 digits) where that is all there is.
/// </param>
/// <param name="Unpacked">True if the hash is that of what the gzip file holds, which survives repacking.</param>
public sealed record DownloadFile(Uri Address, string Hash, bool Unpacked)
{
    /// <summary>True if the file at <paramref name="path"/> has the content that was published.</summary>
    public bool Matches(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using Stream content = Unpacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Convert.ToHexStringLower(Hash.Length == 32 ? Md5(content) : SHA256.HashData(content)) == Hash;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

#pragma warning disable CA5351 // The publisher gives no other hash; it guards against damage, not against forgery.
    private static byte[] Md5(Stream content) => MD5.HashData(content);
#pragma warning restore CA5351
}
