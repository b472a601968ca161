using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
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

    // A sweep says where a run goes and goes on; with the others a command prints something and does nothing.
    private static readonly string[] Own = ["out", "resume", "json"];
    private static readonly string[] None = ["help", "version", "plan-only"];

    private const int BytesPerRun = 4096; // its options and settings, its folder's name, its row of the table
    private const string Runs = "its combinations";

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The file of claims that its runs are to test, of which each run records the hash when it starts: as it is found from the sweep's folder, or, before there is one, from here. Null
    /// for none.
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
                    );
                    runs.Add(run);
                    next.Add(run);
                }
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
    /// The runs in the order in which they are best worked on: one seed after the other, and each training before the next with all that starts from it, so that what is
    /// finished can be compared at any time.
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

    private void Check()
    {
        if (Stages.IsDefaultOrEmpty)
            throw new RunException($"The sweep '{Name}' has no stage.");
        for (var i = 0; i < Stages.Length; i++)
        {
            var stage = Stages[i];
            if (!Commands.ContainsKey(stage.Command))
                throw new RunException(
                    $"The stage '{stage.Name}' is '{stage.Command}', but a stage is {string.Join(", ", Commands.Keys)}."
                );
            if ((stage.Command == "train") != (i == 0))
                throw new RunException(
                    i == 0
                        ? $"The first stage '{stage.Name}' must be train."
                        : $"The stage '{stage.Name}' starts from another's result, so it cannot be train."
                );
            if (Stages.Count(s => s.Name == stage.Name) > 1)
                throw new RunException($"Two stages are called '{stage.Name}'.");
            Check(stage);
            CheckUnless(i);
        }
    }

    // A word that no run is told by leaves none out.
    private void CheckUnless(int place)
    {
        var stage = Stages[place];
        HashSet<string> known =
        [
            SweepRun.Case,
            .. stage.Options.Keys,
            .. stage.Cases.SelectMany(c => c.Options.Keys),
            .. Stages.Take(place + 1).Select(s => s.Name),
            .. Stages.Take(place + 1).SelectMany(s => s.Cases.SelectMany(c => c.Grid.Keys).Concat(s.Grid.Keys)),
        ];
        if (stage.Unless.SelectMany(u => u.Keys).FirstOrDefault(k => !known.Contains(k.TrimEnd('\''))) is { } stray)
            throw new RunException(
                $"In the stage '{stage.Name}', 'unless' names '{ScriptWord.Visible(stray)}', which is no option of it and in no grid so far."
            );
    }

    private static void Check(SweepStage stage)
    {
        var where = $"In the stage '{stage.Name}'";
        if (stage.Grid.FirstOrDefault(g => g.Value.IsDefaultOrEmpty).Key is { } empty)
            throw new RunException($"{where} the grid of '{empty}' is empty.");
        if (stage.Grid.Keys.FirstOrDefault(stage.Options.ContainsKey) is { } both)
            throw new RunException($"{where}, '{both}' is both an option and a grid.");
        if (stage.Cases.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new RunException($"{where}, two cases are called '{twice}'.");
        CheckRepeats(where, stage.Grid);
        foreach (var one in stage.Cases)
        {
            CheckRepeats($"{where}, case '{one.Name}',", one.Grid);
            if (one.Options.Keys.Concat(one.Grid.Keys).FirstOrDefault(stage.Grid.ContainsKey) is { } clash)
                throw new RunException($"{where}, '{clash}' is both in a case and in the grid.");
            if (
                one.Grid.Keys.FirstOrDefault(k => one.Options.ContainsKey(k) || stage.Options.ContainsKey(k)) is
                { } twofold
            )
                throw new RunException(
                    $"{where}, '{twofold}' is both an option and in the grid of the case '{one.Name}'."
                );
            if (one.Grid.FirstOrDefault(g => g.Value.IsDefaultOrEmpty).Key is { } bare)
                throw new RunException($"{where} the grid of '{bare}' in the case '{one.Name}' is empty.");
        }
        CheckOptions(where, stage);
    }

    // The same run twice would count as two that agree.
    private static void CheckRepeats(string where, ImmutableSortedDictionary<string, ImmutableArray<string>> grid)
    {
        foreach (var (key, values) in grid)
        {
            if (values.GroupBy(Number).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new RunException(
                    $"{where} the grid of '{key}' has {string.Join(" and ", twice.Distinct())} twice."
                );
        }

        static object Number(string value) =>
            decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : value;
    }

    private static void CheckOptions(string where, SweepStage stage)
    {
        string[] options =
        [
            .. stage.Options.Keys,
            .. stage.Grid.Keys,
            .. stage.Cases.SelectMany(c => c.Options.Keys.Concat(c.Grid.Keys)),
        ];
        if (options.FirstOrDefault(Own.Contains) is { } own)
            throw new RunException($"{where}, '{own}' is for the sweep itself to give.");
        if (options.FirstOrDefault(k => None.Contains(k) || !OptionName().IsMatch(k)) is { } none)
            throw new RunException(
                $"{where}, '{ScriptWord.Visible(none)}' is no option of a run; options are written without dashes, such as epochs."
            );
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]*(-[a-z0-9]+)*\z")]
    private static partial Regex OptionName();
}
