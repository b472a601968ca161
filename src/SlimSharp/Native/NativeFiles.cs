using System.Runtime.InteropServices;
using TorchSharp;

namespace SlimSharp;

/// <summary>Where native libraries are, what the system's C++ library offers, and loading one from memory.</summary>
internal static partial class NativeFiles
{
    private const uint CloseOnExec = 1;

    internal static string? Find(string file) =>
        SearchFolders().Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> SearchFolders()
    {
        var known = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        var torchFolder = Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? AppContext.BaseDirectory;
        return
        [
            .. known,
            AppContext.BaseDirectory,
            torchFolder,
            .. from root in new[] { AppContext.BaseDirectory, torchFolder }
            select Path.Combine(root, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
        ];
    }

    /// <summary>
    /// The versions that <paramref name="library"/> asks of libstdc++ and that the system's one lacks.
    /// </summary>
    internal static IReadOnlyList<string> VersionsLackingFor(ElfVersions library)
    {
        if (LibStdCppPath() is not { } path)
            return [];
        var offered = new ElfVersions(File.ReadAllBytes(path)).Defined().ToHashSet();
        return [.. library.Needed("libstdc++.so.6").Where(v => !offered.Contains(v))];
    }

    /// <summary>The file that the loader takes for libstdc++.so.6, or null.</summary>
    internal static string? LibStdCppPath()
    {
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
            return null;
        return (
            from line in File.ReadLines("/proc/self/maps")
            let slash = line.IndexOf('/')
            where slash >= 0 && Path.GetFileName(line[slash..]).StartsWith("libstdc++.so.6", StringComparison.Ordinal)
            select line[slash..]
        ).FirstOrDefault();
    }

    internal static bool LoadFromMemory(ReadOnlySpan<byte> image, out nint handle)
    {
        handle = 0;
        var descriptor = CreateMemoryFile("libLibTorchSharp.so", CloseOnExec);
        if (descriptor < 0)
            return false;
        using var file = new FileStream(
            new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true),
            FileAccess.Write
        );
        file.Write(image);
        file.Flush();
        return NativeLibrary.TryLoad($"/proc/self/fd/{descriptor}", out handle);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
