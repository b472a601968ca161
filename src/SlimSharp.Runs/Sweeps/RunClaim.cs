using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>
/// A worker's claim on a run. Claims of one run are numbered; claim-3 is made by creating that file, which only one worker can. It is held
/// while no later one is there and its file is touched from time to time; then its time is up, and another may take the next number, with what the attempt left. The
/// attempt that is first renamed to <c>result</c> is the result, whoever holds what.
/// </summary>
public sealed class RunClaim : IDisposable
{
    /// <summary>How long a claim is held without a sign of life.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private const int FileExists = 17; // EEXIST
    private const int FileExistsOnWindows = unchecked((int)0x80070050);
    private static readonly string[] Kinds = ["attempt-", "failed-", "lost-", "claim-"];
    private readonly string _folder;
    private readonly int _number;
    private readonly Timer _heart;
    private readonly CancellationTokenSource _lost = new();

    private RunClaim(string folder, int number, TimeSpan lease)
    {
        (_folder, _number) = (folder, number);
        _heart = new(_ => Beat(), null, lease / 4, lease / 4);
    }

    /// <summary>The folder to work in; it may hold what an earlier attempt left.</summary>
    public string Attempt => AttemptOf(_folder, _number);

    /// <summary>Cancelled once another worker has taken the run over.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Claims a run, unless somebody holds it or its result is there.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="lease">How long others' claims hold without a sign of life; by default <see cref="Lease"/>.</param>
    public static RunClaim? Take(string folder, TimeSpan? lease = null)
    {
        Directory.CreateDirectory(folder);
        // A claim is made before its attempt, so attempts are looked at first: whoever left one that is seen had a claim that would be seen, too.
        var number = Numbers(folder).DefaultIfEmpty().Max() + 1;
        if (Directory.Exists(Result(folder)) || IsHeld(folder, lease))
            return null;
        try
        {
            using var file = new FileStream(ClaimOf(folder, number), FileMode.CreateNew, FileAccess.Write);
            file.Write(System.Text.Encoding.UTF8.GetBytes($"{Environment.MachineName} {Environment.ProcessId}\n"));
        }
        catch (IOException e) when (e.HResult is FileExists or FileExistsOnWindows)
        {
            return null; // another was faster
        }
        if (Directory.Exists(Result(folder)) || Entries(folder, "claim-").DefaultIfEmpty().Max() > number)
        {
            File.Delete(ClaimOf(folder, number)); // it ended, or went on, in between
            return null;
        }
        var claim = new RunClaim(folder, number, lease ?? Lease);
        claim.TakeOver();
        return claim;
    }

    /// <summary>True if a worker holds a claim on the run in that folder.</summary>
    public static bool IsHeld(string folder, TimeSpan? lease = null)
    {
        var last = Entries(folder, "claim-").DefaultIfEmpty().Max();
        if (last == 0)
            return false;
        var file = new FileInfo(ClaimOf(folder, last));
        return file.Exists && Now(folder) - file.LastWriteTimeUtc < (lease ?? Lease);
    }

    /// <summary>How many attempts left something.</summary>
    public static int Attempts(string folder) => Entries(folder, "attempt-").Count();

    /// <summary>Why the last attempt failed; null if it did not.</summary>
    public static string? LastWords(string folder)
    {
        var last = Numbers(folder).DefaultIfEmpty().Max();
        var file = Path.Combine(folder, $"failed-{last}");
        return last > 0 && File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>Makes the attempt the result. False if another was faster: then the attempt is discarded and that is noted.</summary>
    public bool Publish()
    {
        try
        {
            if (Entries(_folder, "claim-").DefaultIfEmpty().Max() == _number)
            {
                Directory.Move(Attempt, Result(_folder));
                foreach (var ended in Entries(_folder, "claim-").Where(n => n < _number).ToArray())
                    File.Delete(ClaimOf(_folder, ended)); // of workers that were killed
                Release();
                return true;
            }
        }
        catch (IOException) when (Directory.Exists(Result(_folder))) { }
        catch (DirectoryNotFoundException) { }
        if (Directory.Exists(Attempt))
            Directory.Delete(Attempt, recursive: true);
        AtomicFile.WriteText(
            Path.Combine(_folder, $"lost-{_number}"),
            $"{DateTime.UtcNow:O}: another attempt was faster\n"
        );
        Release();
        return false;
    }

    /// <summary>Notes why the attempt failed. What it left stays, to be looked at or gone on with.</summary>
    public void Fail(string words)
    {
        if (!_lost.IsCancellationRequested)
            AtomicFile.WriteText(Path.Combine(_folder, $"failed-{_number}"), words + "\n");
        Release();
    }

    /// <summary>Gives the run up; another may go on with what the attempt left.</summary>
    public void Release()
    {
        _heart.Change(Timeout.Infinite, Timeout.Infinite);
        File.Delete(ClaimOf(_folder, _number));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heart.Dispose();
        _lost.Dispose();
    }

    private static string Result(string folder) => Path.Combine(folder, "result");

    private static string ClaimOf(string folder, int number) => Path.Combine(folder, $"claim-{number}");

    private static string AttemptOf(string folder, int number) => Path.Combine(folder, $"attempt-{number}");

    private static IEnumerable<int> Numbers(string folder) => Kinds.SelectMany(kind => Entries(folder, kind));

    private static IEnumerable<int> Entries(string folder, string kind) =>
        from entry in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, kind + "*") : []
        let number = Path.GetFileName(entry)[kind.Length..]
        where int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select int.Parse(number, CultureInfo.InvariantCulture);

    // What time it is where the folder lies, which may be another machine with another clock.
    private static DateTime Now(string folder)
    {
        var file = Path.Combine(folder, $"clock-{Guid.NewGuid():N}");
        File.WriteAllBytes(file, []);
        var now = File.GetLastWriteTimeUtc(file);
        File.Delete(file);
        return now;
    }

    // Goes on with the last attempt. If its worker still lives, it finds its folder gone and gives up.
    private void TakeOver()
    {
        foreach (var before in Entries(_folder, "attempt-").Where(n => n < _number).OrderDescending())
        {
            try
            {
                if (Directory.Exists(Attempt))
                    Directory.Delete(AttemptOf(_folder, before), recursive: true);
                else
                    Directory.Move(AttemptOf(_folder, before), Attempt);
            }
            catch (DirectoryNotFoundException) { }
        }
        Directory.CreateDirectory(Attempt);
    }

    // By writing, so that the time is that of the machine where the file lies.
    private void Touch()
    {
        using var file = new FileStream(
            ClaimOf(_folder, _number),
            FileMode.Open,
            FileAccess.Write,
            FileShare.ReadWrite
        );
        file.WriteByte((byte)' ');
    }

    private void Beat()
    {
        try
        {
            if (Entries(_folder, "claim-").DefaultIfEmpty().Max() > _number)
                _lost.Cancel();
            else
                Touch();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // The next beat tries again; if the file system stays away, the lease ends.
        }
    }
}
