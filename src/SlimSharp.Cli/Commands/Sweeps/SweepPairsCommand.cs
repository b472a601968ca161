using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep pairs: two values of a setting, seed by seed.</summary>
internal static class SweepPairsCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "pairs",
            "Compare two values of a setting over runs that share all else, seed by seed: mean difference, 95 % interval where there are enough pairs for one (6), and how often chance does as much."
        );
        var input = new Argument<string>("DIR")
        {
            Description = "The folder of the sweep, or the file that 'slim sweep collect' has written.",
        };
        var setting = new Option<string>("--setting")
        {
            Description = "The setting, as in penalty.",
            Required = true,
            HelpName = "NAME",
        };
        var first = new Option<string>("--first") { Description = "Its first value.", Required = true };
        var second = new Option<string>("--second") { Description = "The value it is compared with.", Required = true };
        var common = new CommonOptions();
        command.Add(input);
        foreach (var option in (Option[])[setting, first, second])
            command.Add(option);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var (screen, a, b) = (common.Screen(parsed), parsed.GetValue(first)!, parsed.GetValue(second)!);
            var pairs = SweepPairs.Of(SweepResults.Read(parsed.GetValue(input)!), parsed.GetValue(setting)!, a, b);
            if (pairs.Count == 0)
                screen.Say(
                    "Nothing can be compared yet: it takes two seeds of which both runs of a pair are finished."
                );
            else
                Say(screen, a, b, pairs);
            foreach (var p in pairs)
                screen.Emit(ToJson(p));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Say(Screen screen, string a, string b, IReadOnlyList<SweepPairs> pairs)
    {
        screen.Table(
            $"{a} minus {b}:",
            ["stage", "settings", "accuracy, points", "95 % interval", "by chance", "parameters", "MACs", "pairs"],
            pairs.Select(p =>
                (IReadOnlyList<string>)
                    [
                        p.Stage,
                        p.Settings,
                        Signed(p.Accuracy.Spread.Mean),
                        Interval(p.Accuracy),
                        Words.Number(p.Accuracy.AsFarByChance(), "F3"),
                        $"{Signed(100 * p.Parameters.Spread.Mean)} %",
                        $"{Signed(100 * p.Macs.Spread.Mean)} %",
                        $"{p.Accuracy.Spread.Count}",
                    ]
            ),
            1
        );
        screen.Say("By chance: the share of all signs of the differences that bring as large a mean, either way.");
        foreach (
            var (count, needed) in pairs.Select(p => (p.Accuracy.Spread.Count, p.Accuracy.PairsNeeded())).Distinct()
        )
        {
            if (needed is not null)
                screen.Say(
                    $"No interval from {count} pairs: whatever these runs showed, chance would do as much at least {Words.Percent(2 * PairedDifference.LeastByChance(count), 0)} of the time. {needed} pairs would do: give the sweep more seeds."
                );
        }
    }

    private static string Interval(PairedDifference difference)
    {
        if (difference.PairsNeeded() is not null)
            return "–";
        var (low, high) = difference.Interval();
        return $"{Signed(low)} … {Signed(high)}";
    }

    private static JsonObject ToJson(SweepPairs pairs)
    {
        var needed = pairs.Accuracy.PairsNeeded();
        (double Low, double High)? interval = needed is null ? pairs.Accuracy.Interval() : null;
        return new()
        {
            ["stage"] = pairs.Stage,
            ["settings"] = pairs.Settings,
            ["points"] = pairs.Accuracy.Spread.Mean,
            ["low"] = interval?.Low,
            ["high"] = interval?.High,
            ["chance"] = pairs.Accuracy.AsFarByChance(),
            ["parameters"] = pairs.Parameters.Spread.Mean,
            ["macs"] = pairs.Macs.Spread.Mean,
            ["pairs"] = pairs.Accuracy.Spread.Count,
            ["pairsNeeded"] = needed,
        };
    }

    private static string Signed(double value) =>
        value.ToString("+0.00;−0.00;0.00", System.Globalization.CultureInfo.InvariantCulture);
}
