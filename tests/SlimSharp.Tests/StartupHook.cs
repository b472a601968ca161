#pragma warning disable CA1050, CA2201, IDE0040 // .NET looks for this very name outside of any namespace

/// <summary>
/// Run by .NET before a program that DOTNET_STARTUP_HOOKS asks it to: a thread and a task that fail while the program
/// works.
/// </summary>
internal sealed class StartupHook
{
    internal const string Message = "a thread that nobody waits for failed";

    public static void Initialize()
    {
        if (System.Environment.GetEnvironmentVariable("SLIMSHARP_FAIL") is not { } seconds)
            return;
        new System.Threading.Thread(() =>
        {
            System.Threading.Thread.Sleep(int.Parse(seconds) * 1000);
            throw new System.Exception(Message);
        })
        {
            IsBackground = true,
        }.Start();
    }
}
