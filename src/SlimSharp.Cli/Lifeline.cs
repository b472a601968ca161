using System.Diagnostics;

namespace SlimSharp.Cli;

/// <summary>
/// Ends a process with the one that started it. The two share a pipe, of which the system closes the other end when its
/// owner is gone, however it went; and the process ends when the folder that it works in is taken away from it. Works
/// on every system.
/// </summary>
internal static class Lifeline
{
    // Set for the process that is started; its value is the folder to work in.
    private const string Variable = "SLIMSHARP_LIFELINE";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>True in a process that ends with the one that started it.</summary>
    internal static bool IsHeld { get; private set; }

    /// <summary>Ties a process that is about to be started to this one and to a folder.</summary>
    internal static void Tie(ProcessStartInfo info, string folder)
    {
        info.RedirectStandardInput = true;
        info.Environment[Variable] = Path.GetFullPath(folder);
    }

    /// <summary>
    /// In a process that was tied: ends it once its parent or its folder is gone. In others it does nothing.
    /// </summary>
    internal static void Watch()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
            return;
        Environment.SetEnvironmentVariable(Variable, null); // not for processes that this one starts
        IsHeld = true;
        Start(WaitForParent);
        Start(() => WaitForFolder(folder));
    }

    private static void Start(Action watch) =>
        new Thread(() =>
        {
            watch();
            // At once, as if it were killed: nothing may be written any more, and whatever is there is whole at any
            // moment.
            using var self = Process.GetCurrentProcess();
            self.Kill();
        })
        {
            IsBackground = true,
        }.Start();

    private static void WaitForParent()
    {
        try
        {
            using var pipe = Console.OpenStandardInput();
            while (pipe.ReadByte() >= 0) { }
        }
        catch (IOException) { } // gone, too
    }

    private static void WaitForFolder(string folder)
    {
        while (Directory.Exists(folder))
            Thread.Sleep(Pause);
    }
}
