using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SlimSharp.Cli;

/// <summary>This program as a process of its own, which ends with this one.</summary>
internal static partial class SelfProcess
{
    private const int Terminate = 15;

    /// <summary>The words that start it: the program, or dotnet and the assembly.</summary>
    internal static string[] Words { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "slim.dll")]
            : [Environment.ProcessPath!];

    /// <summary>
    /// Runs a command to its end. What it prints, and then its errors, are written to <paramref name="log"/>; when
    /// <paramref name="stop"/> is set it is asked to leave a checkpoint and end.
    /// </summary>
    /// <param name="program">The words that start it.</param>
    /// <param name="arguments">The command.</param>
    /// <param name="folder">The folder that it works in; without that it ends.</param>
    /// <param name="log">Where its words go.</param>
    /// <param name="stop">Asks it to end.</param>
    /// <returns>The exit code, what it printed, and the last words of its errors.</returns>
    internal static (int Code, IReadOnlyList<string> Lines, string LastWords) Run(
        string[] program,
        IEnumerable<string> arguments,
        string folder,
        TextWriter log,
        CancellationToken stop
    )
    {
        var info = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Lifeline.Tie(info, folder);
        using var process = Process.Start(info)!;
        using var registration = stop.Register(() => Ask(process));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            log.WriteLine(line);
        }
        process.WaitForExit();
        string[] said = errors.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in said)
            log.WriteLine(line);
        return (process.ExitCode, lines, string.Join(' ', said.TakeLast(3)));
    }

    private static void Ask(Process process)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                process.Kill(entireProcessTree: true);
            else
                _ = Kill(process.Id, Terminate);
        }
        catch (InvalidOperationException) { } // it has ended
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
