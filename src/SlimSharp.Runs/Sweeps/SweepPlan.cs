using System.Collections.Immutable;
using Values = System.Collections.Immutable.ImmutableSortedDictionary<string, string>;

namespace SlimSharp.Runs;

/// <summary>A sweep: stages that each start from every result of the one before.</summary>
public sealed partial record SweepPlan
{
    /// <summary>The commands that a stage may be, and the options that they take over from the stages before.</summary>
    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["train"] = [],
        ["prune"] = ["seed"],
        ["retrain"] = ["seed", "threads", "epochs"],
    };

    private const int BytesPerRun = 4096; // its options and settings, its folder's name, its row of the table
    private const string Runs = "its combinations";

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The file of claims that its runs are to test, of which each run records the hash when it starts: as it is found
    /// from the sweep's folder, or, before there is one, from here. Null for none.
    /// </summary>
    public string? Claims { get; init; }

    /// <summary>Its stages, in order.</summary>
    public required ImmutableArray<SweepStage> Stages { get; init; }

    /// <summary>Every run, parents before those that start from them.</summary>
    /// <exception cref="RunException">The stages make no sense; the message names the stage.</exception>
    public ImmutableArray<SweepRun> Expand()
    {
        Check();
        var budget = new ReadBudget(
            "",
            0,
            sentence => new RunException($"The sweep '{Name}' is too large: {sentence}")
        );
        var runs = ImmutableArray.CreateBuilder<SweepRun>();
        List<SweepRun?> parents = [null];
        foreach (var stage in Stages)
        {
            var (next, taken) = (new List<SweepRun?>(), new HashSet<string>());
            foreach (var parent in parents)
            {
                var before = next.Count;
                foreach (var (one, options, settings) in Combinations(stage, parent, budget))
                {
                    taken.Add(one ?? "");
                    var run = new SweepRun(
                        runs.Count + 1,
                        stage.Name,
                        stage.Command,
                        parent?.Number,
                        options.AddRange(TakenOver(runs, parent, stage, options)),
                        settings
                    )
                    {
                        Evaluate = stage.Evaluate,
                    };
                    runs.Add(run);
                    next.Add(run);
                }
                CheckTwins(stage, next.Skip(before));
            }
            if (stage.Cases.FirstOrDefault(c => !taken.Contains(c.Name))?.Name is { } never)
                throw new RunException(
                    $"The case '{never}' of the stage '{stage.Name}' is never taken; look at its 'only' and at the stage's 'unless'."
                );
            if (next.Count == 0)
                throw new RunException($"The stage '{stage.Name}' has no run: its 'unless' and 'only' leave all out.");
            parents = next;
        }
        return runs.ToImmutable();
    }

    /// <summary>
    /// The runs in the order in which they are best worked on: one seed after the other, and each training before the
    /// next with all that starts from it, so that what is finished can be compared at any time.
    /// </summary>
    public static IEnumerable<SweepRun> InOrder(IReadOnlyList<SweepRun> runs)
    {
        var children = runs.ToLookup(r => r.Parent);
        IEnumerable<SweepRun> Tree(SweepRun run) => children[run.Number].SelectMany(Tree).Prepend(run);
        var seeds = runs.Select(r => r.Settings.GetValueOrDefault(SweepRun.Seed, "")).Distinct().ToList();
        return children[null]
            .OrderBy(r => seeds.IndexOf(r.Settings.GetValueOrDefault(SweepRun.Seed, "")))
            .SelectMany(Tree);
    }

    private static IEnumerable<KeyValuePair<string, string>> TakenOver(
        ImmutableArray<SweepRun>.Builder runs,
        SweepRun? parent,
        SweepStage stage,
        Values options
    )
    {
        foreach (var name in Commands[stage.Command])
        {
            if (!options.ContainsKey(name) && parent is not null && Ancestor(runs, parent, name) is { } value)
                yield return KeyValuePair.Create(name, value);
        }
    }

    // A grid of a later stage does not hide that of an earlier one.
    private static string KeyFor(SweepRun? parent, string key) =>
        parent?.Settings.ContainsKey(key) == true ? KeyFor(parent, $"{key}'") : key;

    private static string? Ancestor(ImmutableArray<SweepRun>.Builder runs, SweepRun run, string option)
    {
        for (var at = run; ; at = runs[at.Parent.Value - 1])
        {
            if (at.Options.TryGetValue(option, out var value))
                return value;
            if (at.Parent is null)
                return null;
        }
    }

    // Options of the command, and the settings that tell a run from others.
    private static IEnumerable<(string? Case, Values Options, Values Settings)> Combinations(
        SweepStage stage,
        SweepRun? parent,
        ReadBudget budget
    )
    {
        var before = parent?.Settings ?? Values.Empty;
        foreach (var one in stage.Cases.DefaultIfEmpty())
        {
            var named = one is null
                ? before
                : before.Add(KeyFor(parent, parent is null ? SweepRun.Case : stage.Name), one.Name);
            var fixedOptions = stage.Options.SetItems(one?.Options ?? Values.Empty);
            IEnumerable<Values> grid = [Values.Empty];
            foreach (var (key, values) in one is null ? stage.Grid : stage.Grid.AddRange(one.Grid))
                grid = grid.SelectMany(c => values.Select(v => c.Add(key, v)));
            foreach (var chosen in grid)
            {
                budget.Take(BytesPerRun, Runs); // of those that are left out as well: they take time
                var settings = named.SetItems(chosen.Select(c => KeyValuePair.Create(KeyFor(parent, c.Key), c.Value)));
                var options = fixedOptions.SetItems(chosen);
                string? Of(string key) => options.GetValueOrDefault(key) ?? settings.GetValueOrDefault(key);
                var isLeftOut = stage.Unless.Any(u => u.All(p => Of(p.Key) == p.Value));
                if (!isLeftOut && (one is null || one.Only.All(p => Of(p.Key) is { } v && p.Value.Contains(v))))
                    yield return (one?.Name, options, settings);
            }
        }
    }
}
