using System.Text;

namespace SlimSharp.Runs;

/// <summary>
/// A worker's lease of a run. Leases of one run are numbered; the third is taken by creating the file claim-3, which
/// only one worker can. It is held while no later one is there and its file is touched from time to time; then its time
/// is up, and another may take the next number, with what the attempt left. The attempt that is first renamed to
/// <c>result</c> is the result, whoever holds what.
/// </summary>
public sealed class RunLease : IDisposable
{
    /// <summary>How long a lease is held without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>How often a run may fail before it is no longer tried.</summary>
    public const int Tries = 3;

    private const int FileExists = 17; // EEXIST
    private const int FileExistsOnWindows = unchecked((int)0x80070050);
    private readonly RunTraces _traces;
    private readonly int _number;
    private readonly Timer _heart;
    private readonly CancellationTokenSource _lost = new();

    private RunLease(RunTraces traces, int number, TimeSpan lease)
    {
        (_traces, _number) = (traces, number);
        _heart = new(_ => Beat(), null, lease / 4, lease / 4);
    }

    /// <summary>The folder to work in; it may hold what an earlier attempt left.</summary>
    public string Attempt => _traces.At(RunTraces.Attempt, _number);

    /// <summary>Cancelled once another worker has taken the run over.</summary>
    public CancellationToken Lost => _lost.Token;

    // No later lease is there.
    private bool IsMine => _traces.Last(RunTraces.Lease) <= _number;

    /// <summary>Leases a run, unless somebody holds it or its result is there.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="lease">How long others' leases hold without a sign of life; by default <see cref="Lease"/>.</param>
    /// <returns>
    /// The lease; null if the run is not to be had. What an earlier attempt left and cannot be taken over is a failed
    /// attempt, too.
    /// </returns>
    public static RunLease? Take(string folder, TimeSpan? lease = null)
    {
        Directory.CreateDirectory(folder);
        var traces = new RunTraces(folder);
        // A lease is taken before its attempt, so attempts are looked at first: whoever left one that is seen had a
        // lease that would be seen, too.
        var number = traces.Highest() + 1;
        if (traces.HasResult || traces.IsHeld(lease ?? Lease) || !Create(traces.At(RunTraces.Lease, number)))
            return null;
        var taken = new RunLease(traces, number, lease ?? Lease);
        try
        {
            if (!traces.HasResult && taken.IsMine)
            {
                taken.TakeOver();
                return taken;
            }
            taken.Release(); // it ended, or went on, in between
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            taken.Fail(e.Message);
        }
        taken.Dispose();
        return null;
    }

    /// <summary>True if a worker holds a lease of the run in that folder.</summary>
    public static bool IsHeld(string folder, TimeSpan? lease = null) => new RunTraces(folder).IsHeld(lease ?? Lease);

    /// <summary>How many attempts left something.</summary>
    public static int Attempts(string folder) => new RunTraces(folder).Numbers(RunTraces.Attempt).Count();

    /// <summary>How many attempts failed.</summary>
    public static int Failures(string folder) => new RunTraces(folder).Numbers(RunTraces.Failed).Count();

    /// <summary>Why the last attempt failed of those that did; null if none did.</summary>
    public static string? LastWords(string folder)
    {
        var traces = new RunTraces(folder);
        var file = traces.At(RunTraces.Failed, traces.Last(RunTraces.Failed));
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Forgets that attempts failed, so that the run is tried again.</summary>
    internal static void ForgetFailures(string folder)
    {
        var traces = new RunTraces(folder);
        foreach (var number in traces.Numbers(RunTraces.Failed).ToArray())
            traces.Delete(RunTraces.Failed, number);
    }

    /// <summary>
    /// Makes the attempt the result. False if another was faster: then the attempt is discarded and that is noted.
    /// </summary>
    public bool Publish()
    {
        try
        {
            if (IsMine)
            {
                Directory.Move(Attempt, _traces.Result);
                Release();
                _traces.Tidy();
                return true;
            }
        }
        catch (IOException) when (_traces.HasResult || !Directory.Exists(Attempt)) { }
        Discard();
        return false;
    }

    /// <summary>
    /// Notes why the attempt failed. What it left stays, to be looked at or gone on with. False if another has taken
    /// the run over.
    /// </summary>
    public bool Fail(string words)
    {
        if (!IsMine)
        {
            Discard();
            return false;
        }
        AtomicFile.WriteText(_traces.At(RunTraces.Failed, _number), words + "\n");
        Release();
        return true;
    }

    /// <summary>Gives the run up; another may go on with what the attempt left.</summary>
    public void Release()
    {
        _heart.Change(Timeout.Infinite, Timeout.Infinite);
        _traces.Delete(RunTraces.Lease, _number);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heart.Dispose();
        _lost.Dispose();
    }

    private static bool Create(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes($"{Environment.MachineName} {Environment.ProcessId}\n"));
            return true;
        }
        catch (IOException e) when (e.HResult is FileExists or FileExistsOnWindows)
        {
            return false; // another was faster
        }
    }

    // Goes on with what the last attempt left. If its worker still lives, it finds its folder gone and gives up. The
    // last of the tries begins anew, as what was left may be what fails; that is set aside, and comes back when the run
    // is tried again later.
    private void TakeOver()
    {
        var older = Below(RunTraces.Attempt);
        var aside = Below(RunTraces.Aside);
        var isAnew = _traces.Numbers(RunTraces.Failed).Count() >= Tries - 1;
        if (isAnew && aside is [])
        {
            if (older is [var failing, ..])
                _traces.Move(RunTraces.Attempt, failing, RunTraces.Aside, _number);
        }
        else if (!isAnew && aside is [var kept, ..])
            _traces.Move(RunTraces.Aside, kept, RunTraces.Attempt, _number);
        else
        {
            foreach (var before in older)
            {
                if (_traces.Move(RunTraces.Attempt, before, RunTraces.Attempt, _number))
                    break;
            }
        }
        foreach (var before in Below(RunTraces.Attempt))
            _traces.Delete(RunTraces.Attempt, before);
        Directory.CreateDirectory(Attempt);
    }

    // The latest first.
    private int[] Below(string kind)
    {
        var number = _number;
        return [.. _traces.Numbers(kind).Where(n => n < number).OrderDescending()];
    }

    private void Discard()
    {
        _traces.Delete(RunTraces.Attempt, _number);
        AtomicFile.WriteText(_traces.At(RunTraces.Lost, _number), $"{DateTime.UtcNow:O}: another attempt was faster\n");
        Release();
    }

    private void Beat()
    {
        try
        {
            if (IsMine && !_traces.HasResult)
                _traces.Touch(_number);
            else
                _lost.Cancel();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // The next beat tries again; if the file system stays away, the lease ends.
        }
    }
}
