using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SlimSharp.Tests;

/// <summary>Where things are, and processes of our own.</summary>
internal static class Machine
{
    [ModuleInitializer]
    internal static void OneThreadPerTest() => Threads.Count = 1; // tests run two at a time

    /// <summary>The repository's root.</summary>
    internal static string Root { get; } = Above(AppContext.BaseDirectory, "SlimSharp.slnx");

    /// <summary>Real data beside the project, or null.</summary>
    internal static string? Shared { get; } =
        Environment.GetEnvironmentVariable("SLIMSHARP_DATA") is { Length: > 0 } given ? given
        : Directory.Exists(Path.Combine(Root, "..", "shared", "data")) ? Path.Combine(Root, "..", "shared")
        : null;

    /// <summary>A path under the shared data; skips the test with a sentence where it is not.</summary>
    internal static string SharedPath(params string[] parts)
    {
        var path = Shared is null ? null : Path.Combine([Shared, .. parts]);
        Assert.SkipUnless(
            Path.Exists(path),
            $"{string.Join('/', parts)} is not there; set SLIMSHARP_DATA to the folder that holds it."
        );
        return path!;
    }

    /// <summary>A folder that no other test uses; it goes when the tests end.</summary>
    internal static string Folder() => Directory.CreateTempSubdirectory("slimsharp-").FullName;

    internal static string SamplePath => Path.Combine(Root, "data", "fashion-mnist");

    /// <summary>The program of a project, as it was built with these tests.</summary>
    internal static string Program(string project, string name)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "artifacts", "bin", project, configuration, name + ".dll");
    }

    internal static (int Code, string Output, string Error) RunSlim(params string[] arguments) =>
        Run(StartSlim(arguments));

    internal static Process StartSlim(params string[] arguments) =>
        Start([Program("SlimSharp.Cli", "slim"), .. arguments]);

    internal static (int Code, string Output, string Error) Run(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>The number of a process that is no more.</summary>
    internal static int GoneProcess()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return process.Id;
    }

    internal static Process Start(params string[] arguments) => StartProgram("dotnet", arguments);

    /// <summary>
    /// What a script of Debian's Python prints; skips the test with a sentence where the library is not installed.
    /// </summary>
    internal static string Python(string library, string script, params string[] arguments)
    {
        const string Interpreter = "/usr/bin/python3";
        Assert.SkipUnless(
            File.Exists(Interpreter) && Run(StartProgram(Interpreter, ["-c", $"import {library}"])).Code == 0,
            $"Python's {library} is not there; on Debian: apt install python3-{library}."
        );
        var (code, output, error) = Run(StartProgram(Interpreter, ["-c", script, .. arguments]));
        Assert.True(code == 0, error);
        return output;
    }

    /// <summary>Runs dotnet to its end, which must be a good one, and returns what it printed.</summary>
    internal static string Dotnet(string folder, params string[] arguments)
    {
        var (code, output, error) = Run(StartProgram("dotnet", arguments, folder));
        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)}\n{output}\n{error}");
        return output;
    }

    /// <summary>Starts a program, in the repository's root unless another folder is given.</summary>
    internal static Process StartProgram(
        string program,
        string[] arguments,
        string? folder = null,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Root,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string Above(string start, string file)
    {
        for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, file)))
                return at.FullName;
        }
        throw new InvalidOperationException($"{file} is not above {start}.");
    }
}
