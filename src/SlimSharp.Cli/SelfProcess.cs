using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SlimSharp.Cli;

/// <summary>This program as a process of its own.</summary>
internal static partial class SelfProcess
{
    private const int Terminate = 15;

    /// <summary>The words that start it: the program, or dotnet and the assembly.</summary>
    internal static string[] Words { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "slim.dll")]
            : [Environment.ProcessPath!];

    /// <summary>The same for a shell.</summary>
    internal static string CommandLine => string.Join(' ', Words.Select(w => $"'{w}'"));

    /// <summary>
    /// Runs a command to its end. What it prints, and then its errors, are appended to <paramref name="log"/>; when <paramref name="stop"/> is set it is asked to leave a
    /// checkpoint and end.
    /// </summary>
    /// <returns>The exit code, and the last words of its errors.</returns>
    internal static (int Code, string LastWords) Run(IEnumerable<string> arguments, string log, CancellationToken stop)
    {
        var info = new ProcessStartInfo(Words[0], [.. Words.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(info)!;
        using var registration = stop.Register(() => Ask(process));
        using var output = new StreamWriter(log, append: true) { AutoFlush = true };
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (process.StandardOutput.ReadLine() is { } line)
            output.WriteLine(line);
        process.WaitForExit();
        string[] said = errors.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in said)
            output.WriteLine(line);
        return (process.ExitCode, string.Join(' ', said.TakeLast(3)));
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
