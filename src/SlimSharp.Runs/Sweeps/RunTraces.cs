using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>
/// The numbered files and folders in a run's folder, which tell who works on it and what came of that.
/// </summary>
/// <param name="folder">The run's folder.</param>
internal sealed class RunTraces(string folder)
{
    /// <summary>A file: somebody works on the run, while it is touched.</summary>
    internal const string Lease = "claim-";

    /// <summary>A folder: what an attempt writes.</summary>
    internal const string Attempt = "attempt-";

    /// <summary>A folder: what attempts left that failed again and again.</summary>
    internal const string Aside = "aside-";

    /// <summary>A file: the last words of an attempt that failed.</summary>
    internal const string Failed = "failed-";

    /// <summary>A file: an attempt that was discarded.</summary>
    internal const string Lost = "lost-";

    private const string Clock = "clock-";
    private static readonly string[] Kinds = [Lease, Attempt, Aside, Failed, Lost];

    /// <summary>The attempt that counts.</summary>
    internal string Result => Path.Combine(folder, "result");

    internal bool HasResult => Directory.Exists(Result);

    /// <summary>The path of that kind and number.</summary>
    internal string At(string kind, int number) => Path.Combine(folder, $"{kind}{number}");

    /// <summary>The numbers that are there of a kind, in no order.</summary>
    internal IEnumerable<int> Numbers(string kind) =>
        from entry in Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder, kind + "*") : []
        let number = Number(Path.GetFileName(entry)[kind.Length..])
        where number is > 0 and < int.MaxValue
        select number;

    /// <summary>The highest number of a kind; 0 if there is none.</summary>
    internal int Last(string kind) => Numbers(kind).DefaultIfEmpty().Max();

    /// <summary>The highest number of any kind.</summary>
    internal int Highest()
    {
        var highest = 0;
        foreach (var kind in Kinds)
            highest = Math.Max(highest, Last(kind));
        return highest;
    }

    /// <summary>
    /// True if the last lease was touched within its time. One that is dated in the future, because a clock was put
    /// back or is ahead, is touched by whoever sees it, and so ends a lease later unless its holder lives.
    /// </summary>
    internal bool IsHeld(TimeSpan lease)
    {
        var last = Last(Lease);
        var file = new FileInfo(At(Lease, last));
        if (last == 0 || !file.Exists)
            return false;
        var age = Now() - file.LastWriteTimeUtc;
        if (age >= TimeSpan.Zero)
            return age < lease;
        try
        {
            Touch(last);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        return true;
    }

    /// <summary>
    /// A sign of life of a lease's holder; by writing, so that the time is that of the machine where the file lies.
    /// </summary>
    internal void Touch(int number)
    {
        using var file = new FileStream(At(Lease, number), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.WriteByte((byte)' ');
    }

    /// <summary>
    /// Moves a folder, or a file in its place, away from one number to another; false if it is not there.
    /// </summary>
    internal bool Move(string kind, int number, string toKind, int toNumber)
    {
        try
        {
            Directory.Move(At(kind, number), At(toKind, toNumber));
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false; // somebody else was faster
        }
    }

    /// <summary>Removes what is there of that kind and number.</summary>
    internal void Delete(string kind, int number)
    {
        var path = At(kind, number);
        if (!Directory.Exists(path))
        {
            File.Delete(path);
            return;
        }
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException) { }
    }

    /// <summary>
    /// Once the result is there: removes what everybody else left. What cannot be removed now stays and harms nobody.
    /// </summary>
    internal void Tidy()
    {
        try
        {
            foreach (var kind in (string[])[Lease, Attempt, Aside])
            {
                foreach (var number in Numbers(kind).ToArray())
                    Delete(kind, number);
            }
            foreach (var file in Directory.EnumerateFiles(folder, Clock + "*"))
                File.Delete(file);
            TemporaryFile.Clear(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    // What time it is where the folder lies, which may be another machine with another clock.
    private DateTime Now()
    {
        var file = Path.Combine(folder, $"{Clock}{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(file, []);
            var now = File.GetLastWriteTimeUtc(file);
            File.Delete(file);
            return now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DateTime.UtcNow; // of a folder that is only read
        }
    }
}
