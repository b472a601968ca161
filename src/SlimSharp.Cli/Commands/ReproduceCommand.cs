using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>slim reproduce: compares with the numbers of the published implementation.</summary>
internal static class ReproduceCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "reproduce",
            "Train and prune as published, in float64 from given tensors and batches, and compare; exit code 1 if anything deviates."
        );
        var folder = new Argument<string>("FOLDER")
        {
            Description =
                "NAME.init.safetensors, NAME.batches.safetensors, NAME.json, NAME.PENALTY.scales.safetensors; or what OrthoReg's released code gives.",
        };
        var common = new CommonOptions();
        command.Add(folder);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Prepare(parsed);
            return Reproduce(common.Screen(parsed), parsed.GetValue(folder)!);
        });
        return command;
    }

    private static int Reproduce(Screen screen, string folder)
    {
        var found = new List<Deviation>();
        foreach (var name in Reproduction.Cases(folder))
        {
            var deviations = Reproduction.Run(folder, name);
            var worst = deviations.MaxBy(d => d.Largest)!;
            screen.Say(
                $"{(deviations.All(d => d.Agrees) ? "agrees  " : "DEVIATES")} {name, -24} most in {worst.Quantity}: {Words.Number(worst.Largest, "G2")}"
            );
            found.AddRange(deviations);
        }
        screen.Table(
            "Largest deviation over all cases (of the largest reference value; counts: absolute):",
            ["quantity", "deviation", "case"],
            found
                .GroupBy(d => d.Quantity)
                .Select(g => g.MaxBy(d => d.Largest)!)
                .Select(d => (IReadOnlyList<string>)[d.Quantity, Words.Number(d.Largest, "G2"), d.Case]),
            2
        );
        foreach (var d in found)
            screen.Emit(
                new()
                {
                    ["case"] = d.Case,
                    ["quantity"] = d.Quantity,
                    ["deviation"] = double.IsFinite(d.Largest) ? d.Largest : null,
                    ["agrees"] = d.Agrees,
                }
            );
        return found.All(d => d.Agrees) ? ExitCode.Done : ExitCode.Missed;
    }
}
