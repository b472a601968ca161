using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SlimSharp.Runs;

/// <content>What is refused of a plan.</content>
public sealed partial record SweepPlan
{
    // A sweep says where a run goes and goes on; with the others a command prints something and does nothing.
    private static readonly string[] Own = ["out", "resume", "json"];
    private static readonly string[] None = ["help", "version", "plan-only"];

    private void Check()
    {
        if (Stages.IsDefaultOrEmpty)
            throw new RunException($"The sweep '{Name}' has no stage.");
        for (var i = 0; i < Stages.Length; i++)
        {
            var stage = Stages[i];
            CheckName($"The name of stage {i + 1}", stage.Name);
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
            CheckName($"{where}, the name of a case", one.Name);
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
        CheckOptions(
            where,
            [
                .. stage.Options.Keys,
                .. stage.Grid.Keys,
                .. stage.Cases.SelectMany(c => c.Options.Keys.Concat(c.Grid.Keys)),
            ],
            Own
        );
        CheckOptions($"{where}, evaluate", [.. stage.Evaluate.Keys], [.. Own, "split"]);
    }

    // They are columns and rows of tables, and words of messages.
    private static void CheckName(string what, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new RunException($"{what} is empty.");
        if (name.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029'))
            throw new RunException(
                $"{what}, '{ScriptWord.Visible(name)}', has a line break or another control character in it."
            );
    }

    // The same run twice would count as two that agree.
    private static void CheckTwins(SweepStage stage, IEnumerable<SweepRun?> runs)
    {
        var twins = runs.OfType<SweepRun>()
            .GroupBy(r => string.Join('\n', r.Options.Select(o => $"{o.Key}={Number(o.Value)}")))
            .FirstOrDefault(g => g.Count() > 1);
        if (twins is not null)
            throw new RunException(
                $"In the stage '{stage.Name}', two cases make the same run: {string.Join(" and ", twins.Take(2).Select(r => string.Join(' ', r.Settings.Values)))}. Leave one out, or give it other options."
            );
    }

    private static void CheckRepeats(string where, ImmutableSortedDictionary<string, ImmutableArray<string>> grid)
    {
        foreach (var (key, values) in grid)
        {
            if (values.GroupBy(Number).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new RunException(
                    $"{where} the grid of '{key}' has {string.Join(" and ", twice.Distinct())} twice."
                );
        }
    }

    // Two ways of writing a number are one; what is too small for a decimal is no 0.
    private static string Number(string value) =>
        decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && (number != 0 || !value.Any(c => c is >= '1' and <= '9'))
            ? number.ToString("G29", CultureInfo.InvariantCulture)
            : value;

    private static void CheckOptions(string where, string[] options, string[] given)
    {
        if (options.FirstOrDefault(given.Contains) is { } own)
            throw new RunException($"{where}, '{own}' is for the sweep itself to give.");
        if (options.FirstOrDefault(k => None.Contains(k) || !OptionName().IsMatch(k)) is { } none)
            throw new RunException(
                $"{where}, '{ScriptWord.Visible(none)}' is no option of a run; options are written without dashes, such as epochs."
            );
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]*(-[a-z0-9]+)*\z")]
    private static partial Regex OptionName();
}
