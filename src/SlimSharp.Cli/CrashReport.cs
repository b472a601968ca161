using System.Runtime.InteropServices;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>
/// What becomes of an error that nobody foresaw: a file with all that helps to find it, and one sentence that names the
/// file.
/// </summary>
internal static partial class CrashReport
{
    private static string[] s_arguments = [];

    /// <summary>
    /// Takes care of errors that no command sees, on threads of their own and in tasks that nobody waits for.
    /// </summary>
    internal static void Watch(string[] arguments)
    {
        s_arguments = arguments;
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            Screen.Refuse(
                Sentence(e.ExceptionObject as Exception ?? new InvalidOperationException($"{e.ExceptionObject}"))
            );
            End(); // before the runtime prints the stack and aborts
        };
        TaskScheduler.UnobservedTaskException += (_, e) =>
        {
            Screen.Refuse(Sentence(e.Exception));
            e.SetObserved();
        };
    }

    /// <summary>Writes the file and says what happened.</summary>
    internal static string Sentence(Exception exception, string[]? arguments = null)
    {
        var what = $"{exception.GetType().Name}: {exception.Message.Split('\n')[0].Trim().TrimEnd('.')}";
        var asked = "This is a mistake in slim, not in what you gave it; please report it";
        try
        {
            var path = Path.Combine(
                Path.GetTempPath(),
                $"slim-error-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}-{Guid.NewGuid():N}.txt"
            );
            using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            using (var text = new StreamWriter(stream))
                text.Write(Text(exception, arguments ?? s_arguments));
            return $"an unexpected error ({what}). {asked} with the file {path}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"an unexpected error ({what}). {asked}; a file about it could not be written ({e.Message.TrimEnd('.')}).";
        }
    }

    // At once: with other threads inside of libtorch, taking that down in good order ends in a segmentation fault.
    private static void End()
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(ExitCode.Unexpected);
        else
            EndNow(ExitCode.Unexpected);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void EndNow(int code);

    private static string Text(Exception exception, string[] arguments) =>
        $"""
            slim {string.Join(' ', arguments.Select(a => $"'{a}'"))}
            folder     {Environment.CurrentDirectory}
            when       {DateTime.UtcNow:u}
            slimsharp  {typeof(SlimFile).Assembly.GetName().Version}
            dotnet     {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
            system     {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores

            {exception}

            """;
}
