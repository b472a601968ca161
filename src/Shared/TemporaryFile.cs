using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

#if OWN_NAMESPACE // where tests see this copy beside another
namespace SlimSharp.Latency;

#else
namespace SlimSharp;

#endif

/// <summary>
/// The names of files that are being written: NAME.PROCESS-MACHINE.tmp. They say by whom, so that what a killed process
/// has left can be told from what a living one writes, and from files of others.
/// </summary>
internal static partial class TemporaryFile
{
    private const string Ending = ".tmp";

    // Processes of other machines that share a folder cannot be asked for; none writes one file for so long.
    private static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    private static readonly string Here = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)).AsSpan(0, 4)
    );

    /// <summary>The name under which this process writes a file before it is renamed.</summary>
    internal static string NameFor(string path) => $"{path}.{Environment.ProcessId}-{Here}{Ending}";

    /// <summary>Removes what processes that are gone have left in a folder while they wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="former">
    /// The files of which earlier versions left temporary ones, without a machine in their names.
    /// </param>
    internal static void Clear(string folder, params IEnumerable<string> former)
    {
        foreach (var file in LeftIn(folder, "*", [.. former]))
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone, or not for us to remove.
            }
        }
    }

    /// <summary>
    /// What processes that are gone have left in a folder while they wrote the file of that name, or any (*).
    /// </summary>
    internal static IEnumerable<string> LeftIn(string folder, string name, params string[] former) =>
        from file in Directory.EnumerateFiles(folder, name + ".*" + Ending)
        let match = Pattern.Match(Path.GetFileName(file))
        where match.Success && (match.Groups["machine"].Success || former.Contains(match.Groups["name"].Value))
        where IsLeft(file, match.Groups["process"].Value, match.Groups["machine"])
        select file;

    private static bool IsLeft(string file, string process, Group machine)
    {
        try
        {
            return !MayLive(file, process, machine) && IsUnlocked(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or held by whoever writes it
        }
    }

    private static bool MayLive(string file, string process, Group machine)
    {
        var written = File.GetLastWriteTimeUtc(file);
        return machine.Success && machine.Value != Here
            ? DateTime.UtcNow - written < LongestWrite
            : Lives(int.Parse(process, CultureInfo.InvariantCulture), written);
    }

    // Whoever writes a file holds it open: a process of another container is not seen, but its lock is.
    private static bool IsUnlocked(string file)
    {
        using var mine = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        return true;
    }

    // A process that began after the file was written only has the same number.
    private static bool Lives(int process, DateTime written)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return found.StartTime.ToUniversalTime() <= written;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false; // there is none
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or NotSupportedException)
        {
            return true; // somebody else's
        }
    }

    [GeneratedRegex(@"^(?<name>.+)\.(?<process>[0-9]{1,9})(-(?<machine>[0-9a-f]{8}))?\.tmp$")]
    private static partial Regex Pattern { get; }
}
