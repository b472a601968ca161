namespace SlimSharp.Runs;

/// <summary>Works on the runs of a sweep. Any number of workers, on any machines that see the folder, share it.</summary>
/// <param name="folder">The sweep.</param>
/// <param name="execute">
/// Carries out a run: in the folder of an attempt, where it goes on with what it finds, from the result folder of the run that it starts from. The token asks it to
/// leave a checkpoint and stop.
/// </param>
public sealed class SweepWorker(
    SweepFolder folder,
    Func<SweepRun, string, string?, CancellationToken, SweepOutcome> execute
)
{
    /// <summary>How long claims hold without a sign of life.</summary>
    public TimeSpan Lease { get; init; } = RunClaim.Lease;

    /// <summary>Told of every run that is begun or has ended.</summary>
    public Action<SweepRun, SweepState, string>? Report { get; init; }

    /// <summary>Begin failed runs again, too.</summary>
    public bool Retries { get; init; }

    /// <summary>Works on one run, and first on those that it starts from, or waits for whoever does.</summary>
    public SweepState Work(SweepRun run, CancellationToken stop)
    {
        if (run.Parent is { } parent)
        {
            var before = Work(folder[parent], stop);
            if (before != SweepState.Done)
                return before;
        }
        var tried = false;
        while (true)
        {
            var state = folder.StateOf(run);
            if (state == SweepState.Done || (state == SweepState.Failed && (tried || !Retries)))
                return state;
            if (stop.IsCancellationRequested)
                return SweepState.Stopped;
            if (RunClaim.Take(folder.Of(run), Lease) is { } claim)
            {
                using (claim)
                    state = Attempt(run, claim, stop);
                tried = true;
                if (state != SweepState.Running)
                    return state;
            }
            stop.WaitHandle.WaitOne(Math.Min((int)Lease.TotalMilliseconds / 10, 1000)); // somebody else has it
        }
    }

    /// <summary>Works on whatever is to be done until nothing is left to begin; runs of others are waited for.</summary>
    public SweepState WorkOnAll(CancellationToken stop)
    {
        var failed = new HashSet<int>();
        List<SweepRun> left = [.. SweepPlan.InOrder(folder.Runs)]; // whatever is done stays done
        while (!stop.IsCancellationRequested)
        {
            var (open, begun) = (false, false);
            foreach (var run in left.ToArray())
            {
                if (stop.IsCancellationRequested)
                    break;
                var state = folder.StateOf(run);
                if (state == SweepState.Done)
                    left.Remove(run);
                var again = state == SweepState.Failed && Retries && !failed.Contains(run.Number);
                open |= state is SweepState.Running || again;
                if (state is not (SweepState.Ready or SweepState.Stopped) && !again)
                    continue;
                open = true;
                if (RunClaim.Take(folder.Of(run), Lease) is not { } claim)
                    continue;
                using (claim)
                    state = Attempt(run, claim, stop);
                begun = true;
                if (state == SweepState.Failed)
                    failed.Add(run.Number);
                break; // from the start: what was waiting may be ready
            }
            if (!open)
                return left.All(r => folder.StateOf(r) == SweepState.Done) ? SweepState.Done : SweepState.Failed;
            if (!begun)
                stop.WaitHandle.WaitOne(Math.Min((int)Lease.TotalMilliseconds / 10, 1000));
        }
        return SweepState.Stopped;
    }

    private SweepState Attempt(SweepRun run, RunClaim claim, CancellationToken stop)
    {
        Report?.Invoke(run, SweepState.Running, "");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, claim.Lost);
        SweepOutcome outcome;
        try
        {
            outcome = execute(
                run,
                claim.Attempt,
                run.Parent is { } parent ? folder.ResultOf(folder[parent]) : null,
                either.Token
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RunException)
        {
            outcome = new(SweepState.Failed, e.Message);
        }
        if (outcome.State == SweepState.Done)
            outcome = claim.Publish() ? outcome : new(SweepState.Running, "another attempt was faster");
        else if (claim.Lost.IsCancellationRequested)
            outcome = new(SweepState.Running, "another worker has taken it over");
        else if (outcome.State == SweepState.Failed)
            claim.Fail(outcome.LastWords);
        else
            claim.Release();
        Report?.Invoke(run, outcome.State, outcome.LastWords);
        return outcome.State;
    }
}
