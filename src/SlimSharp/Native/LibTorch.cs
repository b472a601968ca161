using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace SlimSharp;

/// <summary>
/// Makes TorchSharp's native library load on Linux systems whose libstdc++ is older than the one it was built with
/// (Debian 12, Ubuntu 22.04). Where the library loads anyway, nothing here runs.
/// </summary>
/// <remarks>
/// TorchSharp's own library asks for a libstdc++ version of which it uses no symbol. A copy in memory, in which that
/// version is marked weak, loads; no file is changed or written. Versions whose symbols are used are never relaxed.
/// </remarks>
public static class LibTorch
{
    private const string Name = "LibTorchSharp";
    private static readonly Lock Gate = new();
    private static bool _installed;
    private static bool _checked;
    private static nint _handle;
    private static string? _failure;

    /// <summary>Subscribes to failed native loads, without loading anything. Safe to call more than once.</summary>
#pragma warning disable CA2255 // The one purpose of this initializer is to run before anyone's first torch call.
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void Install()
    {
        lock (Gate)
        {
            if (_installed || !OperatingSystem.IsLinux())
                return;
            _installed = true;
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        }
    }

    /// <summary>Loads libtorch now. Call it before the first use of TorchSharp in a program of your own.</summary>
    /// <exception cref="LibTorchException">
    /// It cannot be loaded; the message says which library lacks what, and what to do.
    /// </exception>
    public static void EnsureLoaded()
    {
        Install();
        // Loaded ahead of TorchSharp's own attempt, which after a failure stays broken and names the wrong cause.
        if (!NativeLibrary.TryLoad(Name, typeof(torch).Assembly, null, out _))
            throw new LibTorchException(_failure ?? Diagnose());
        torch.InitializeDeviceType(DeviceType.CPU);
        lock (Gate)
        {
            if (_checked)
                return;
            _checked = true;
            Caution = HiddenCaches.AreHere ? HiddenCaches.Repair() : null;
        }
    }

    /// <summary>
    /// Lets the C library of the whole process keep the memory that is freed, for the next step of a training (glibc's
    /// mallopt; nothing elsewhere). It is quicker, and takes more memory; the command does it, a program asks for it.
    /// SLIMSHARP_KEEP_MEMORY=0 in the environment leaves all as it is.
    /// </summary>
    /// <returns>True if the C library took the settings.</returns>
    public static bool KeepFreedMemory() => Allocation.Keep();

    /// <summary>What should be known of computing on this machine, in a sentence, or null.</summary>
    public static string? Caution { get; private set; }

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not (Name or "lib" + Name or "lib" + Name + ".so"))
            return 0;
        lock (Gate)
        {
            if (_handle == 0 && _failure is null)
                (_handle, _failure) = LoadRelaxed();
            return _handle;
        }
    }

    private static (nint Handle, string? Failure) LoadRelaxed()
    {
        if (NativeFiles.Find($"lib{Name}.so") is not { } path)
            return (0, null);
        if (NativeFiles.Find("libtorch.so") is not { } torchPath)
            return (0, MissingLibTorch());

        var library = new ElfVersions(File.ReadAllBytes(path));
        var lacking = NativeFiles.VersionsLackingFor(library);
        if (lacking.Count == 0)
            return (0, null);
        if (lacking.Where(library.IsUsed).ToArray() is { Length: > 0 } used)
            return (0, TooOld(path, used));

        foreach (var version in lacking)
            library.MarkWeak(version);
        if (!NativeLibrary.TryLoad(torchPath, out _))
            return (0, CannotLoad(torchPath));
        return NativeFiles.LoadFromMemory(library.Bytes, out var handle) ? (handle, null) : (0, CannotLoad(path));
    }

    private static string Diagnose() =>
        NativeFiles.Find(OperatingSystem.IsLinux() ? "libtorch.so" : "torch") is null && OperatingSystem.IsLinux()
            ? MissingLibTorch()
            : CannotLoad(NativeFiles.Find($"lib{Name}.so") ?? Name);

    private static string MissingLibTorch() =>
        "libtorch.so is not beside the program. Add a package reference to libtorch-cpu-linux-x64 2.10.0 "
        + "(or the package of your platform or CUDA version) to the executable project.";

    private static string TooOld(string path, IEnumerable<string> versions) =>
        $"{Path.GetFileName(path)} calls functions of {string.Join(", ", versions)}, which this system's libstdc++.so.6 "
        + $"({NativeFiles.LibStdCppPath() ?? "not found"}) does not have. Put the folder of a newer libstdc++.so.6 (GCC 12 or later; from conda, "
        + "spack or a module) first in LD_LIBRARY_PATH.";

    private static string CannotLoad(string path)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path, typeof(torch).Assembly, null));
            return $"{path} loads, but TorchSharp could not be initialised.";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return $"{path} cannot be loaded: {e.Message.Trim().Split('\n')[0]} Install what it names, or set LD_LIBRARY_PATH to where it is.";
        }
    }
}
