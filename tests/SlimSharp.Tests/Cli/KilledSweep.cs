using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// A sweep whose workers are killed (SIGKILL) at moments of every stage, and replaced, until enough are dead; the last
/// ones work to the end. Linux only.
/// </summary>
/// <param name="sweep">The sweep.</param>
/// <param name="start">Starts a worker.</param>
/// <param name="seed">Of the moments.</param>
internal sealed class KilledSweep(SweepFolder sweep, Func<Process> start, long seed)
{
    internal const string Publish = "publish";
    internal const string Between = "between";
    private static readonly string[] Commands = ["train", "prune", "retrain", "evaluate"];
    internal static readonly string[] Stages = [.. Commands, Publish];
    private Randomness _random = new(seed);
    private readonly Dictionary<string, int> _missed = [];
    private readonly List<Worker> _workers = [];
    private readonly ConcurrentBag<int> _published = [];

    /// <summary>How many workers were killed in which stage.</summary>
    internal Dictionary<string, int> Kills { get; } = Stages.Append(Between).ToDictionary(s => s, _ => 0);

    /// <summary>Children that outlived their killed worker by more than five seconds.</summary>
    internal int Orphans { get; private set; }

    /// <summary>Runs that were said to be done more than once.</summary>
    internal int Doubles => _published.CountBy(n => n).Count(n => n.Value > 1);

    /// <summary>How long after its beginning a stage is killed at the latest.</summary>
    internal TimeSpan Longest { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// Every so many claims of a killed worker are dated in the future, where the others are dated so that their time
    /// is up.
    /// </summary>
    internal int Future { get; init; } = int.MaxValue;

    /// <summary>Kills, and works to the end; returns the exit codes of the workers that were left.</summary>
    internal int[] Run(int workers, int kills)
    {
        for (var i = 0; i < workers; i++)
            _workers.Add(new(start(), _published));
        for (var n = 0; n < kills && !IsDone; )
        {
            // Those that few died in first, and none comes into any more last.
            var stage = Stages.MinBy(s => Kills[s] + _missed.GetValueOrDefault(s) + _random.NextDouble())!;
            if (Find(stage) is not { } victim)
            {
                _missed[stage] = _missed.GetValueOrDefault(stage) + 1;
                continue;
            }
            if (stage != Publish)
                Thread.Sleep(_random.NextDouble() * Longest);
            Kill(victim, n++);
            _workers.Remove(victim);
            _workers.Add(new(start(), _published));
        }
        return [.. _workers.Select(w => w.End())];
    }

    private bool IsDone => sweep.Runs.All(r => Directory.Exists(sweep.ResultOf(r)));

    // A worker in that stage, and just in it if it is the last; null if there is none for a while.
    private Worker? Find(string stage)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(2) && !IsDone; )
        {
            Thread.Sleep(stage == Publish ? 1 : 5); // or the workers could not work
            foreach (var worker in _workers)
            {
                if (worker.IsIn(stage))
                    return worker;
            }
        }
        return null;
    }

    private void Kill(Worker worker, int number)
    {
        var children = worker.Children();
        var command = worker.Poll();
        worker.Process.Kill(); // it alone
        worker.End();
        var claims = Claims(worker.Process.Id);
        Kills[command ?? (worker.Last == "evaluate" && claims.Any(IsMeasured) ? Publish : Between)]++;
        foreach (var child in children)
        {
            if (!SpinWait.SpinUntil(() => !IsAlive(child), TimeSpan.FromSeconds(5)))
                Orphans++;
        }
        foreach (var claim in claims)
            File.SetLastWriteTimeUtc(claim, DateTime.UtcNow.AddHours(number % Future == Future - 1 ? 1 : -1));
    }

    // The claims that a dead worker left.
    private string[] Claims(int process)
    {
        var holder = $"{Environment.MachineName} {process}\n";
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 };
        return
        [
            .. Directory
                .EnumerateFiles(Path.Combine(sweep.Path, "runs"), "claim-*", everywhere)
                .Where(c => Read(c).StartsWith(holder, StringComparison.Ordinal)),
        ];
    }

    // The run of that claim has what is evaluated last, or its result.
    private static bool IsMeasured(string claim)
    {
        var attempt = claim.Replace("claim-", "attempt-", StringComparison.Ordinal);
        string[] made = ["../result", "pruned.slim", "run/model.slim"];
        return made.Any(m => Path.Exists(Path.GetFullPath(Path.Combine(attempt, m))));
    }

    // Files and processes come and go meanwhile.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsAlive(int process) =>
        Read($"/proc/{process}/stat").Split(')')[^1].TrimStart() is { Length: > 0 } state && state[0] != 'Z';

    /// <summary>A process that works on the sweep, and what the system tells of it.</summary>
    private sealed class Worker
    {
        private readonly Task _reading;
        private string? _polled;

        internal Worker(Process process, ConcurrentBag<int> published)
        {
            Process = process;
            _reading = Task.Run(() =>
            {
                while (process.StandardOutput.ReadLine() is { } line)
                {
                    if (line.Contains("\"state\":\"done\"", StringComparison.Ordinal))
                        published.Add((int)JsonNode.Parse(line[..(line.LastIndexOf('}') + 1)])!["run"]!);
                }
            });
        }

        internal Process Process { get; }

        internal int End()
        {
            Process.WaitForExit();
            _reading.Wait();
            return Process.ExitCode;
        }

        /// <summary>The last command that its child was seen to be.</summary>
        internal string Last { get; private set; } = "";

        /// <summary>
        /// True if it is in that stage. What comes after an evaluation, before anything else is started, is publishing.
        /// </summary>
        internal bool IsIn(string stage)
        {
            var (before, now) = (_polled, Poll());
            return stage == Publish ? before == "evaluate" && now is null : now == stage;
        }

        /// <summary>The command that its child is; null if it has none, or none yet.</summary>
        internal string? Poll()
        {
            _polled = Children().Select(Command).FirstOrDefault(c => c is not null);
            Last = _polled ?? Last;
            return _polled;
        }

        internal int[] Children()
        {
            try
            {
                return
                [
                    .. Directory
                        .EnumerateDirectories($"/proc/{Process.Id}/task")
                        .SelectMany(t => Read($"{t}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                        .Select(c => int.Parse(c, CultureInfo.InvariantCulture)),
                ];
            }
            catch (IOException)
            {
                return [];
            }
        }

        private static string? Command(int child) =>
            Read($"/proc/{child}/cmdline").Split('\0').FirstOrDefault(Commands.Contains);
    }
}
