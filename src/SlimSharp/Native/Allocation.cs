using System.Runtime.InteropServices;

namespace SlimSharp;

/// <summary>
/// Keeps freed memory for the next step. Training frees and asks for the same large blocks at every step; glibc gives
/// each back to the system and fetches it again page by page. SLIMSHARP_KEEP_MEMORY=0 leaves glibc as it is.
/// </summary>
internal static partial class Allocation
{
    private const int TrimThreshold = -1; // set to −1: never
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    /// <summary>True if glibc took the settings.</summary>
    internal static bool Keep()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("SLIMSHARP_KEEP_MEMORY") == "0")
            return false;
        try
        {
            return Set(MapThreshold, 1 << 30) != 0 & Set(TrimThreshold, -1) != 0 & Set(TopPad, 64 << 20) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // another C library
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
