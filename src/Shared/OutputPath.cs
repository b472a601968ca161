using System.Runtime.InteropServices;

#if OWN_NAMESPACE // where tests see this copy beside another
namespace SlimSharp.Latency;

#else
namespace SlimSharp;

#endif

/// <summary>
/// What is at the end of a path that is to be written. As with other tools a link is written through: the file that it
/// means is replaced, and the link stays. Where it means nothing yet, that is made, but not the folder that it would
/// lie in: a link that leads into a folder that is not there leads to a disk that is not mounted, or to what was moved.
/// A device or a pipe, such as /dev/null or /dev/stdout, is written into and never replaced.
/// </summary>
internal static partial class OutputPath
{
    private const int MaxLinks = 40; // as many as Linux follows

    /// <summary>
    /// Where the bytes go: the path, or what a chain of links at its end means, whether that exists or not.
    /// </summary>
    /// <exception cref="IOException">The links lead round in a circle, or into a folder that is not there.</exception>
    internal static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        for (var i = 0; i < MaxLinks; i++)
        {
            if (IsStream(full) || new FileInfo(full).LinkTarget is not { } target)
                return full;
            full = Path.GetFullPath(target, Path.GetDirectoryName(full)!);
            if (!IsStream(full) && !Directory.Exists(Path.GetDirectoryName(full) ?? full))
                throw new IOException(
                    $"'{path}' is a link to '{full}', and the folder of that is not there; make it, or lead the link elsewhere"
                );
        }
        throw new IOException($"'{path}' is a link that leads to no file");
    }

    /// <summary>Whether what is written to one path replaces what is read from the other, through links, too.</summary>
    /// <exception cref="IOException">See <see cref="Of"/>.</exception>
    internal static bool AreSame(string path, string other) => Real(Of(path)) == Real(Of(other));

    // With the links of all folders on the way followed.
    private static string Real(string full)
    {
        if (Path.GetDirectoryName(full) is not { } folder)
            return full;
        var above = Real(folder);
        var here = Path.Combine(above, Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is { } target ? Real(Path.GetFullPath(target, above)) : here;
    }

    /// <summary>Makes a folder, and those that it lies in.</summary>
    /// <exception cref="IOException">
    /// One of them is a file, or a link that leads into a folder that is not there.
    /// </exception>
    internal static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        var full = FolderOf(path);
        if (Path.GetDirectoryName(full) is { } above)
            MakeFolder(above);
        Directory.CreateDirectory(full);
    }

    /// <summary>
    /// Throws if no folder could be made, or nothing written into the one that is there; makes nothing.
    /// </summary>
    /// <exception cref="IOException">See <see cref="MakeFolder"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written into.</exception>
    internal static void CheckFolder(string path)
    {
        if (!Directory.Exists(path))
            CheckFolder(Path.GetDirectoryName(FolderOf(path)) ?? throw new IOException($"there is no '{path}'"));
        else if (!OperatingSystem.IsWindows() && Access(Path.GetFullPath(path), ToWriteInto) != 0)
            throw new UnauthorizedAccessException($"the folder '{path}' may not be written into");
    }

    /// <summary>Throws if no file could be written; makes nothing.</summary>
    /// <exception cref="IOException">It is a folder, or see <see cref="MakeFolder"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder may not be written into.</exception>
    internal static void CheckFile(string path)
    {
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
            throw new IOException($"'{path}' is a folder; name a file");
        if (Of(path) is var full && !IsStream(full))
            CheckFolder(Path.GetDirectoryName(full)!);
    }

    // The folder that is to be made for that path: behind links, which count as files while they lead to nothing.
    private static string FolderOf(string path) =>
        Of(path) is var full && File.Exists(full)
            ? throw new IOException($"'{path}' is a file, where a folder is needed")
            : full;

    /// <summary>True for a device, a pipe or a socket, also behind links, and for what systems name as such.</summary>
    internal static bool IsStream(string full)
    {
        if (OperatingSystem.IsWindows())
            return full.StartsWith(@"\\.\", StringComparison.Ordinal);
        return full.StartsWith("/dev/", StringComparison.Ordinal)
                && !full.StartsWith("/dev/shm/", StringComparison.Ordinal) // files in memory
            || full.StartsWith("/proc/", StringComparison.Ordinal)
            || IsDevice(full);
    }

    /// <summary>
    /// True for a device, a pipe or a socket, also behind links: what reading might never come to the end of.
    /// </summary>
    internal static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && Kind(Path.GetFullPath(path)) is CharacterDevice or BlockDevice or Pipe or Socket;

    private const int ToWriteInto = 3; // W_OK and X_OK
    private const int KindBits = 0xF000;
    private const int Pipe = 0x1000;
    private const int CharacterDevice = 0x2000;
    private const int BlockDevice = 0x6000;
    private const int Socket = 0xC000;

    // .NET tells links and folders from files, but not devices. 0 where there is nothing.
    private static int Kind(string full)
    {
        const int Enough = 512;
        var found = new byte[Enough]; // more than either structure takes
        if (OperatingSystem.IsMacOS())
        {
            const int ModeAt = 4; // of struct stat, behind the device
            return Stat(full, found) == 0 ? BitConverter.ToUInt16(found, ModeAt) & KindBits : 0;
        }
        const int Here = -100; // relative paths are those of this process
        const uint OnlyMode = 1;
        const int ModeIn = 28; // of struct statx, which is the same on all processors
        return StatX(Here, full, 0, OnlyMode, found) == 0 ? BitConverter.ToUInt16(found, ModeIn) & KindBits : 0;
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, [Out] byte[] found);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, [Out] byte[] found);
}
