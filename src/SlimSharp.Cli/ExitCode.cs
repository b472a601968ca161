namespace SlimSharp.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    internal const int Done = 0;
    internal const int Missed = 1;
    internal const int WrongInput = 2;
    internal const int Unexpected = 70;
    internal const int Stopped = 75;
}
