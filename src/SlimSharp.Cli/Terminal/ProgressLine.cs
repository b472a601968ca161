using System.Diagnostics;

namespace SlimSharp.Cli;

/// <summary>
/// How far long work has come, with the time left: a line that is written over; redirected, one a minute.
/// </summary>
internal sealed class ProgressLine(Screen screen, string what)
{
    private static readonly TimeSpan Live = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _shown = Stopwatch.GetTimestamp();

    internal void Show(int done, int all)
    {
        if (done >= all)
            screen.Clear();
        else if (Stopwatch.GetElapsedTime(_shown) > (screen.IsLive ? Live : Quiet) && done > 0)
        {
            _shown = Stopwatch.GetTimestamp();
            var left = Stopwatch.GetElapsedTime(_begin) / done * (all - done);
            screen.Rewrite($"{what}: {Words.Percent((double)done / all, 0)}, left {Words.Time(left)}");
        }
    }
}
