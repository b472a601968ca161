using System.IO.Compression;

namespace SlimSharp.Data;

/// <summary>Reading files that may be gzipped, with sentences for what goes wrong.</summary>
internal static class DataFile
{
    /// <summary>The whole content, unpacked if the name ends in .gz; refused beyond <paramref name="limit"/> bytes.</summary>
    internal static byte[] ReadAll(string path, long limit)
    {
        try
        {
            using var stream = Open(path);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0; )
            {
                content.Write(buffer, 0, read);
                if (content.Length > limit)
                    throw new DataException(
                        $"{path}: holds more than the {limit} bytes that its header or the memory allows."
                    );
            }
            return content.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new DataException(
                $"{path}: is not an intact gzip file ({e.Message.TrimEnd('.')}). Fetch it again.",
                e
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    internal static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }

    /// <summary>The path itself or with .gz, whichever is there; null if neither.</summary>
    internal static string? Existing(string path) =>
        File.Exists(path) ? path
        : File.Exists(path + ".gz") ? path + ".gz"
        : null;

    /// <summary>More than any set that fits in memory.</summary>
    internal static long MemoryLimit => Math.Min(Array.MaxLength, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}
