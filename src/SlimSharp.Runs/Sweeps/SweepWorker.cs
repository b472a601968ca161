namespace SlimSharp.Runs;

/// <summary>
/// Works on the runs of a sweep. Any number of workers, on any machines that see the folder, share it. Whatever an
/// attempt throws is a failed attempt; a run that has failed <see cref="RunLease.Tries"/> times is left alone, and the
/// others go on.
/// </summary>
/// <param name="folder">The sweep.</param>
/// <param name="execute">
/// Carries out a run: in the folder of an attempt, where it goes on with what it finds, from the result folder of the
/// run that it starts from. The token asks it to leave a checkpoint and stop.
/// </param>
public sealed class SweepWorker(
    SweepFolder folder,
    Func<SweepRun, string, string?, CancellationToken, SweepOutcome> execute
)
{
    private const string TakenOver = "another worker has taken it over";

    // Attempts that could not even be begun, by run: nothing can be written down of them.
    private readonly Dictionary<int, int> _unbegun = [];

    /// <summary>How long leases hold without a sign of life.</summary>
    public TimeSpan Lease { get; init; } = RunLease.Lease;

    /// <summary>Told of every run that is begun or has ended.</summary>
    public Action<SweepRun, SweepState, string>? Report { get; init; }

    /// <summary>Works on one run, and first on those that it starts from, or waits for whoever does.</summary>
    public SweepState Work(SweepRun run, CancellationToken stop)
    {
        if (run.Parent is { } parent)
        {
            var before = Work(folder[parent], stop);
            if (before != SweepState.Done)
                return before;
        }
        while (true)
        {
            var state = StateOf(run);
            if (state is SweepState.Done or SweepState.Failed)
                return state;
            if (stop.IsCancellationRequested)
                return SweepState.Stopped;
            var end = Try(run, stop);
            if (end is SweepState.Done or SweepState.Stopped)
                return end.Value;
            if (end != SweepState.Failed)
                Wait(stop); // somebody else has it
        }
    }

    /// <summary>
    /// Works on whatever is to be done until nothing is left to begin; runs of others are waited for.
    /// </summary>
    public SweepState WorkOnAll(CancellationToken stop)
    {
        List<SweepRun> left = [.. SweepPlan.InOrder(folder.Runs)]; // whatever is done stays done
        while (!stop.IsCancellationRequested)
        {
            var (begun, isOpen) = TryOne(left, stop);
            if (!isOpen)
                return left.Count == 0 ? SweepState.Done : SweepState.Failed;
            if (!begun)
                Wait(stop);
        }
        return SweepState.Stopped;
    }

    // Begins the first run that can be; one that failed only if there is no other, so that whatever was wrong has time
    // to pass.
    private (bool Begun, bool IsOpen) TryOne(List<SweepRun> left, CancellationToken stop)
    {
        var isOpen = false;
        var again = new List<(int Failures, SweepRun Run)>();
        foreach (var run in left.ToArray())
        {
            if (stop.IsCancellationRequested)
                return (false, true);
            var state = StateOf(run);
            if (state == SweepState.Done)
                left.Remove(run);
            isOpen |= state is SweepState.Running or SweepState.Ready or SweepState.Stopped;
            if (state is not (SweepState.Ready or SweepState.Stopped))
                continue;
            if (RunLease.Failures(folder.Of(run)) + _unbegun.GetValueOrDefault(run.Number) is > 0 and var failures)
                again.Add((failures, run));
            else if (Try(run, stop) is not null)
                return (true, true); // from the start: what was waiting may be ready
        }
        return (again.OrderBy(r => r.Failures).Any(r => Try(r.Run, stop) is not null), isOpen);
    }

    private SweepState StateOf(SweepRun run)
    {
        if (_unbegun.GetValueOrDefault(run.Number) >= RunLease.Tries)
            return SweepState.Failed;
        var state = folder.StateOf(run, Lease);
        if (state == SweepState.Done)
            new RunTraces(folder.Of(run)).Tidy(); // a worker may have been killed between publishing and this
        return state;
    }

    // How an attempt ended; null if somebody else has the run.
    private SweepState? Try(SweepRun run, CancellationToken stop)
    {
        try
        {
            using var held = RunLease.Take(folder.Of(run), Lease);
            return held is null ? null : Attempt(run, held, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _unbegun[run.Number] = _unbegun.GetValueOrDefault(run.Number) + 1;
            Say(run, SweepState.Failed, e.Message);
            return SweepState.Failed;
        }
    }

    private SweepState Attempt(SweepRun run, RunLease lease, CancellationToken stop)
    {
        Say(run, SweepState.Running, "");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        var outcome = Execute(run, lease, either.Token);
        if (outcome.State == SweepState.Failed)
            outcome = lease.Fail(outcome.LastWords)
                ? outcome with
                {
                    LastWords =
                        $"{outcome.LastWords} (attempt {RunLease.Failures(folder.Of(run))} of {RunLease.Tries})",
                }
                : new(SweepState.Running, TakenOver);
        else if (outcome.State == SweepState.Stopped)
        {
            lease.Release();
            if (lease.Lost.IsCancellationRequested)
                outcome = new(SweepState.Running, TakenOver);
        }
        Say(run, outcome.State, outcome.LastWords);
        return outcome.State;
    }

    // Whatever is thrown must not end the worker, and with it the runs of others.
    private SweepOutcome Execute(SweepRun run, RunLease lease, CancellationToken stop)
    {
        try
        {
            SweepStart.Note(lease.Attempt, folder.ClaimsHash);
            var parent = run.Parent is { } number ? folder.ResultOf(folder[number]) : null;
            var outcome = execute(run, lease.Attempt, parent, stop);
            return outcome.State != SweepState.Done || lease.Publish()
                ? outcome
                : new(SweepState.Running, "another attempt was faster");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new(SweepState.Stopped);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RunException)
        {
            return new(SweepState.Failed, e.Message);
        }
        catch (Exception e)
        {
            return new(SweepState.Failed, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private void Wait(CancellationToken stop) =>
        stop.WaitHandle.WaitOne(Math.Min((int)Lease.TotalMilliseconds / 10, 1000));

    private void Say(SweepRun run, SweepState state, string words)
    {
        try
        {
            Report?.Invoke(run, state, words);
        }
        catch (IOException) { } // whoever was told is gone; the work is not
    }
}
