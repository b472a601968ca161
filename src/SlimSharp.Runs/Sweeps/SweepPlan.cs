using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>A sweep: stages that each start from every result of the one before.</summary>
public sealed record SweepPlan
{
    /// <summary>The commands that a stage may be, and the options that they hand on to the stage behind.</summary>
    private static readonly string[] Commands = ["train", "prune", "retrain"];
    private static readonly string[] HandedOn = ["seed", "threads"];

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Its stages, in order.</summary>
    public required ImmutableArray<SweepStage> Stages { get; init; }

    /// <summary>Every run, parents before those that start from them.</summary>
    /// <exception cref="RunException">The stages make no sense; the message names the stage.</exception>
    public ImmutableArray<SweepRun> Expand()
    {
        Check();
        var runs = ImmutableArray.CreateBuilder<SweepRun>();
        List<SweepRun?> parents = [null];
        foreach (var stage in Stages)
        {
            var next = new List<SweepRun?>();
            foreach (var parent in parents)
            {
                foreach (var combination in Combinations(stage))
                {
                    var settings = (parent?.Settings ?? ImmutableSortedDictionary<string, string>.Empty).SetItems(
                        combination.Select(c => KeyValuePair.Create(KeyFor(parent, c.Key), c.Value))
                    );
                    var options = stage.Options.SetItems(combination);
                    foreach (var name in HandedOn.Where(n => stage.Command == "retrain" && !options.ContainsKey(n)))
                    {
                        if (parent is not null && Ancestor(runs, parent, name) is { } value)
                            options = options.SetItem(name, value);
                    }
                    var run = new SweepRun(
                        runs.Count + 1,
                        stage.Name,
                        stage.Command,
                        parent?.Number,
                        options,
                        settings
                    );
                    runs.Add(run);
                    next.Add(run);
                }
            }
            parents = next;
        }
        return runs.ToImmutable();
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

    private static IEnumerable<ImmutableSortedDictionary<string, string>> Combinations(SweepStage stage)
    {
        IEnumerable<ImmutableSortedDictionary<string, string>> all = [ImmutableSortedDictionary<string, string>.Empty];
        foreach (var (key, values) in stage.Grid)
            all = all.SelectMany(c => values.Select(v => c.Add(key, v)));
        return all.Where(c =>
            !stage.Unless.Any(u =>
                u.All(p => (c.GetValueOrDefault(p.Key) ?? stage.Options.GetValueOrDefault(p.Key)) == p.Value)
            )
        );
    }

    private void Check()
    {
        if (Stages.IsDefaultOrEmpty)
            throw new RunException($"The sweep '{Name}' has no stage.");
        for (var i = 0; i < Stages.Length; i++)
        {
            var stage = Stages[i];
            if (!Commands.Contains(stage.Command))
                throw new RunException(
                    $"The stage '{stage.Name}' is '{stage.Command}', but a stage is {string.Join(", ", Commands)}."
                );
            if ((stage.Command == "train") != (i == 0))
                throw new RunException(
                    i == 0
                        ? $"The first stage '{stage.Name}' must be train."
                        : $"The stage '{stage.Name}' starts from another's result, so it cannot be train."
                );
            if (Stages.Count(s => s.Name == stage.Name) > 1)
                throw new RunException($"Two stages are called '{stage.Name}'.");
            if (stage.Grid.FirstOrDefault(g => g.Value.IsDefaultOrEmpty).Key is { } empty)
                throw new RunException($"In the stage '{stage.Name}' the grid of '{empty}' is empty.");
            if (stage.Grid.Keys.FirstOrDefault(stage.Options.ContainsKey) is { } both)
                throw new RunException($"In the stage '{stage.Name}', '{both}' is both an option and a grid.");
            if (
                stage.Options.Keys.Concat(stage.Grid.Keys).FirstOrDefault(k => k is "out" or "resume" or "json") is
                { } own
            )
                throw new RunException($"In the stage '{stage.Name}', '{own}' is for the sweep itself to give.");
        }
    }
}
