namespace SlimSharp.Data;

/// <summary>What is known of deflate (RFC 1951).</summary>
internal static class Deflate
{
    /// <summary>How many times as many bytes as it has a stream can become: 258 for two bits.</summary>
    internal const int MostExpansion = 1032;
}
