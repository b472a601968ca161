using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>How far a sweep is.</summary>
/// <param name="States">Every run, and what is known of it.</param>
/// <param name="Work">
/// What is not done takes so long, one run after the other, if it takes as long as the latest finished runs of its
/// stage; null while a stage has none.
/// </param>
internal sealed record SweepProgress(IReadOnlyList<(SweepRun Run, SweepState State)> States, TimeSpan? Work)
{
    // So many of the latest finished runs of a stage say how long the next will take: earlier ones may be of another
    // machine.
    private const int Sample = 20;

    internal static SweepProgress Of(SweepFolder sweep)
    {
        (SweepRun Run, SweepState State)[] states = [.. sweep.Runs.Select(r => (r, sweep.StateOf(r)))];
        return new(states, WorkLeft(sweep, states));
    }

    /// <summary>How many runs are finished.</summary>
    internal int Done => Count(SweepState.Done);

    /// <summary>How many runs are worked on now, by anybody.</summary>
    internal int Running => Count(SweepState.Running);

    /// <summary>How many runs are in that state.</summary>
    internal int Count(SweepState state) => States.Count(s => s.State == state);

    /// <summary>
    /// The time left at so many runs at a time (1 or more), or at as many as are worked on now, if those are more; null
    /// if that is unknown, or nothing is left.
    /// </summary>
    internal TimeSpan? Left(int atATime) => Work / Math.Max(atATime, Running) is { Ticks: > 0 } left ? left : null;

    /// <summary>How many runs are finished, and the time left at so many at a time.</summary>
    internal string InWords(int atATime) =>
        $"{Done} of {States.Count}{(Left(atATime) is { } left ? $", about {Words.Time(left)} left" : "")}";

    private static TimeSpan? WorkLeft(SweepFolder sweep, IEnumerable<(SweepRun Run, SweepState State)> states)
    {
        var seconds = 0.0;
        foreach (var stage in states.GroupBy(s => s.Run.Stage))
        {
            var open = stage.Count(s => s.State != SweepState.Done);
            if (open == 0)
                continue;
            var done = stage
                .Where(s => s.State == SweepState.Done)
                .Select(s => sweep.ResultOf(s.Run))
                .OrderByDescending(Directory.GetLastWriteTimeUtc)
                .Take(Sample)
                .Select(Seconds)
                .OfType<double>()
                .ToArray();
            if (done.Length == 0)
                return null;
            seconds += open * done.Average();
        }
        return TimeSpan.FromSeconds(seconds);
    }

    private static double? Seconds(string result)
    {
        try
        {
            return SweepResult.Read(result)?.Seconds;
        }
        catch (RunException)
        {
            return null; // damaged; 'slim sweep table' says so
        }
    }
}
