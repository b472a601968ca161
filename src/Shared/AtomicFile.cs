using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

#if OWN_NAMESPACE // where tests see this copy beside another
namespace SlimSharp.Latency;

#else
namespace SlimSharp;

#endif

/// <summary>Writes a file so that at any instant either the old content or the whole new one is there.</summary>
internal static partial class AtomicFile
{
    // Threads of one process would take the same temporary name: of files whose paths fall together one is written at
    // a time.
    private static readonly Lock[] Writing = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes, renames, and flushes the folder. What was there before
    /// is kept under the name <paramref name="before"/>, if one is given. Links are written through, and devices and
    /// pipes written into (<see cref="OutputPath"/>). What killed processes have left in that folder is removed.
    /// </summary>
    internal static void Write(string path, Action<Stream> write, string? before = null)
    {
        var full = OutputPath.Of(path);
        if (OutputPath.IsStream(full))
        {
            using var device = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            write(device);
            return;
        }
        var folder = Path.GetDirectoryName(full)!;
        OutputPath.MakeFolder(folder);
        TemporaryFile.Clear(folder, Path.GetFileName(full));
        var temporary = TemporaryFile.NameFor(full);
        using var alone = Writing[(uint)full.GetHashCode(StringComparison.Ordinal) % Writing.Length].EnterScope();
        try
        {
            // Held open until it has its name, so that nobody takes it for left behind.
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Delete, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
            if (before is not null && File.Exists(full))
                File.Move(full, before, overwrite: true);
            File.Move(temporary, full, overwrite: true);
            FlushFolder(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    internal static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    // A rename is on disk only when its folder is; Windows has no such call and needs none.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            return;
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _ = Flush(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);
}
