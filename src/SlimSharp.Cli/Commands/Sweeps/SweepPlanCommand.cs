using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep plan: makes the folder of a sweep.</summary>
internal static class SweepPlanCommand
{
    internal static Command Create()
    {
        var command = new Command("plan", "Make the folder of a sweep from its description, and list its runs.");
        var file = new Argument<string>("FILE")
        {
            Description =
                "TOML or JSON: name, claims (a file of claims, beside this one), and stages ([[stage]]) with command (train, prune, retrain), options, grid (lists of values) and unless (combinations to leave out).",
        };
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "The folder to make.",
            HelpName = "DIR",
        };
        var results = new Option<string?>("--results")
        {
            Description =
                "Results of an earlier 'slim sweep collect': runs with the same options are not done again, unless others that are still to be done start from them.",
            HelpName = "FILE",
        };
        var claims = new Option<string?>("--claims")
        {
            Description =
                "The file of claims that the runs are to test, if the description does not name it; each run records its SHA-256 when it starts.",
            HelpName = "FILE",
        };
        var common = new CommonOptions();
        command.Add(file);
        command.Add(output);
        command.Add(results);
        command.Add(claims);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var plan = SweepFile.Read(parsed.GetValue(file)!);
            if (parsed.GetValue(claims) is { } named)
                plan = plan with { Claims = named };
            SweepCheck.Check(plan.Expand());
            if (plan.Claims is { } written)
            {
                if (!File.Exists(written))
                    throw new UsageException(
                        $"There is no file of claims '{written}', which {(parsed.Has(claims) ? "--claims" : parsed.GetValue(file))} names: write the claims first, or leave them out."
                    );
                ClaimFile.Read(written);
            }
            var earlier = parsed.GetValue(results) is { } path ? SweepResults.Read(path) : null;
            var sweep = SweepFolder.Create(
                parsed.GetValue(output) ?? throw new UsageException("Give --out DIR for the folder of the sweep."),
                plan
            );
            screen.Table(
                $"{plan.Name}: {sweep.Runs.Length} runs",
                ["run", "stage", "from", "settings"],
                sweep.Runs.Select(r =>
                    (IReadOnlyList<string>)
                        [$"{r.Number}", r.Stage, r.Parent is { } p ? $"{p}" : "", SweepScreen.Settings(r)]
                ),
                1,
                3
            );
            if (earlier is not null)
                screen.Say(
                    $"{sweep.TakeOver(earlier)} of {sweep.Runs.Length} runs are taken over from {earlier.Plan.Name}"
                );
            if (sweep.ClaimsHash is { } hash)
                screen.Say(
                    $"Claims: {plan.Claims}, SHA-256 {hash}; every run records that of the file as it is when the run starts"
                );
            screen.Say($"Go on with: slim sweep run {sweep.Path} --jobs J");
            foreach (var run in sweep.Runs)
                screen.Emit(ToJson(run));
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject ToJson(SweepRun run) =>
        new()
        {
            ["number"] = run.Number,
            ["stage"] = run.Stage,
            ["command"] = run.Command,
            ["parent"] = run.Parent,
            ["options"] = new JsonObject(run.Options.Select(o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value))),
        };
}
