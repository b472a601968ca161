using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep pairs: two values of a setting, seed by seed.</summary>
internal static class SweepPairsCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "pairs",
            "Compare two values of a setting over runs that share all else, seed by seed: mean difference, 95 % interval, and how often chance does as much."
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
            screen.Table(
                $"{a} minus {b}:",
                ["stage", "settings", "accuracy, points", "95 % interval", "by chance", "parameters", "MACs", "pairs"],
                pairs.Select(p =>
                    (IReadOnlyList<string>)
                        [
                            p.Stage,
                            p.Settings,
                            Signed(p.Accuracy.Spread.Mean),
                            $"{Signed(p.Accuracy.Interval().Low)} … {Signed(p.Accuracy.Interval().High)}",
                            Words.Number(p.Accuracy.AsFarByChance(), "F3"),
                            $"{Signed(100 * p.Parameters.Spread.Mean)} %",
                            $"{Signed(100 * p.Macs.Spread.Mean)} %",
                            $"{p.Accuracy.Spread.Count}",
                        ]
                ),
                1
            );
            screen.Say("By chance: the share of all signs of the differences that bring as large a mean, either way.");
            foreach (var p in pairs)
                screen.Emit(
                    new()
                    {
                        ["stage"] = p.Stage,
                        ["settings"] = p.Settings,
                        ["points"] = p.Accuracy.Spread.Mean,
                        ["low"] = p.Accuracy.Interval().Low,
                        ["high"] = p.Accuracy.Interval().High,
                        ["chance"] = p.Accuracy.AsFarByChance(),
                        ["parameters"] = p.Parameters.Spread.Mean,
                        ["macs"] = p.Macs.Spread.Mean,
                        ["pairs"] = p.Accuracy.Spread.Count,
                    }
                );
            return ExitCode.Done;
        });
        return command;
    }

    private static string Signed(double value) =>
        value.ToString("+0.00;−0.00;0.00", System.Globalization.CultureInfo.InvariantCulture);
}
