using System.Runtime.InteropServices;

namespace SlimSharp;

/// <summary>
/// What is at the end of a path that is to be written. As with other tools a link is written through: the file that it means is replaced, and the link stays. A device or a
/// pipe, such as /dev/null or /dev/stdout, is written into and never replaced.
/// </summary>
internal static partial class OutputPath
{
    private const int MaxLinks = 40; // as many as Linux follows

    /// <summary>Where the bytes go: the path, or what a chain of links at its end means, whether that exists or not.</summary>
    /// <exception cref="IOException">The links lead round in a circle.</exception>
    internal static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        for (var i = 0; i < MaxLinks; i++)
        {
            if (IsStream(full) || new FileInfo(full).LinkTarget is not { } target)
                return full;
            full = Path.GetFullPath(target, Path.GetDirectoryName(full)!);
        }
        throw new IOException($"'{path}' is a link that leads to no file");
    }

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

    /// <summary>True for a device, a pipe or a socket, also behind links: what reading might never come to the end of.</summary>
    internal static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && Kind(Path.GetFullPath(path)) is CharacterDevice or BlockDevice or Pipe or Socket;

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

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, [Out] byte[] found);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, [Out] byte[] found);
}
