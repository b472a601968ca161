using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>A sweep: stages that each start from every result of the one before.</summary>
public sealed record SweepPlan
{
    /// <summary>The commands that a stage may be, and the options that they hand on to the stage behind.</summary>
    private static readonly string[] Commands = ["train", "prune", "retrain"];
    private static readonly string[] HandedOn = ["seed", "threads", "epochs"];
    private const string Case = "case";

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
                    var options = OptionsOf(stage, combination);
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
        if (stage.Cases.Length > 0)
            all = stage.Cases.Select(c => ImmutableSortedDictionary<string, string>.Empty.Add(Case, c.Name));
        foreach (var (key, values) in stage.Grid)
            all = all.SelectMany(c => values.Select(v => c.Add(key, v)));
        return all.Where(c =>
            !stage.Unless.Any(u =>
                u.All(p => (c.GetValueOrDefault(p.Key) ?? OptionsOf(stage, c).GetValueOrDefault(p.Key)) == p.Value)
            )
        );
    }

    private static ImmutableSortedDictionary<string, string> OptionsOf(
        SweepStage stage,
        ImmutableSortedDictionary<string, string> combination
    )
    {
        var options = stage.Options;
        if (combination.TryGetValue(Case, out var name))
            options = options.SetItems(stage.Cases.First(c => c.Name == name).Options);
        return options.SetItems(combination.Remove(Case));
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
            if (stage.Cases.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
                throw new RunException($"In the stage '{stage.Name}', two cases are called '{twice}'.");
            if (stage.Cases.SelectMany(c => c.Options.Keys).FirstOrDefault(stage.Grid.ContainsKey) is { } clash)
                throw new RunException($"In the stage '{stage.Name}', '{clash}' is both in a case and in the grid.");
            if (
                stage
                    .Options.Keys.Concat(stage.Grid.Keys)
                    .Concat(stage.Cases.SelectMany(c => c.Options.Keys))
                    .FirstOrDefault(k => k is "out" or "resume" or "json") is
                { } own
            )
                throw new RunException($"In the stage '{stage.Name}', '{own}' is for the sweep itself to give.");
        }
    }
}
