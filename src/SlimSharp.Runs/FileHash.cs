using System.Security.Cryptography;

namespace SlimSharp.Runs;

/// <summary>What tells one content of a file from another.</summary>
internal static class FileHash
{
    /// <summary>SHA-256 of a file, in hexadecimal; null if it cannot be read.</summary>
    internal static string? Of(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
