using System.Runtime.CompilerServices;

[assembly: AssemblyFixture(typeof(SlimSharp.Tests.TemporaryFolder))]

namespace SlimSharp.Tests;

/// <summary>
/// The temporary folder of this run of the tests: all that they and the programs that they start put in the temporary
/// folder is below it, and goes with it at the end.
/// </summary>
public sealed class TemporaryFolder : IDisposable
{
    private const string Prefix = "slimsharp-tests-";
    private static string s_own = "";

    [ModuleInitializer]
    internal static void MakeOne()
    {
        var all = Path.GetTempPath();
        foreach (var left in Directory.EnumerateDirectories(all, Prefix + "*"))
        {
            if (!IsInUse(left))
                Remove(left);
        }
        s_own = Directory.CreateDirectory(Path.Combine(all, $"{Prefix}{Environment.ProcessId}")).FullName;
        Environment.SetEnvironmentVariable("TMPDIR", s_own); // where .NET looks, on Unix, and Python and shells do
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(s_own); // if no test ran
    }

    /// <summary>
    /// After the last test: a process that exits is not given the time for tens of thousands of files.
    /// </summary>
    public void Dispose() => Remove(s_own);

    // That of a run that was killed is left behind.
    private static bool IsInUse(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..], out var id) && Directory.Exists($"/proc/{id}");

    private static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
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
