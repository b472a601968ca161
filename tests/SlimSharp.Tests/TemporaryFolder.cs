using System.Runtime.CompilerServices;

namespace SlimSharp.Tests;

/// <summary>
/// The temporary folder of this run of the tests: all that they and the programs that they start put in the temporary folder is below it, and goes with it at
/// the end.
/// </summary>
internal static class TemporaryFolder
{
    private const string Prefix = "slimsharp-tests-";

    [ModuleInitializer]
    internal static void MakeOne()
    {
        var all = Path.GetTempPath();
        foreach (var left in Directory.EnumerateDirectories(all, Prefix + "*"))
        {
            if (!IsInUse(left))
                Remove(left);
        }
        var own = Directory.CreateDirectory(Path.Combine(all, $"{Prefix}{Environment.ProcessId}")).FullName;
        Environment.SetEnvironmentVariable("TMPDIR", own); // where .NET looks, on Unix, and Python and shells do
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(own);
    }

    // That of a run that was killed is left behind.
    private static bool IsInUse(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], out var id) && Directory.Exists($"/proc/{id}");

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The temporary folder {folder} could not be removed: {e.Message}");
        }
    }
}
