namespace SlimSharp.Data;

/// <summary>Reading files that may be gzipped, with sentences for what goes wrong.</summary>
internal static class DataFile
{
    /// <summary>What reading that file may take.</summary>
    internal static ReadBudget Budget(string path) => ReadBudget.Of(path, sentence => new DataException(sentence));

    /// <summary>The whole content, unpacked if the name ends in .gz.</summary>
    internal static byte[] ReadAll(string path, ReadBudget budget, CancellationToken stop = default)
    {
        try
        {
            using var stream = Open(path, budget, stop);
            if (stream.CanSeek)
                return budget.Read(stream, stream.Length, "its bytes");
            var parts = new List<byte[]>();
            var buffer = new byte[1 << 20];
            for (int read; (read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; )
            {
                budget.Take(read, "its unpacked bytes"); // once more than the stream takes: they are put together
                parts.Add(buffer[..read]);
            }
            return parts.Sum(p => (long)p.Length) <= Array.MaxLength
                ? Joined(parts)
                : throw new DataException(
                    $"{path}: has more than {Array.MaxLength} bytes unpacked, which is more than can be read in one piece."
                );
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

    private static byte[] Joined(List<byte[]> parts)
    {
        var all = GC.AllocateUninitializedArray<byte>(parts.Sum(p => p.Length));
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }

    internal static Stream Open(string path, ReadBudget budget, CancellationToken stop = default)
    {
        var file = new StoppableStream(File.OpenRead(path), stop);
        return IsPacked(path) ? new UnpackedStream(file, budget) : file;
    }

    private static bool IsPacked(string path) =>
        path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal);

    /// <summary>The path itself or with .gz, whichever is there; null if neither.</summary>
    internal static string? Existing(string path) =>
        File.Exists(path) ? path
        : File.Exists(path + ".gz") ? path + ".gz"
        : null;
}
