using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim report: runs as a page to look at.</summary>
internal static class ReportCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "report",
            "Write one HTML page about some runs: accuracy against parameters, multiply-adds and milliseconds, training, scales, cuts, mistakes, and where it all comes from."
        );
        var inputs = new Argument<string[]>("RUN")
        {
            Description = "Run folders, .slim files, or folders with such below, as of a sweep.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new OutputOption("--out")
        {
            Description = "The page [default: report.html in the first folder].",
            HelpName = "FILE",
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Images at a time when networks are timed.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var plain = new Option<bool>("--no-measuring")
        {
            Description = "Show only what is there: no test accuracy, no trial cuts, no milliseconds.",
        };
        var common = new CommonOptions();
        command.Add(inputs);
        foreach (var option in (Option[])[output, batch, plain])
            command.Add(option);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(batch) is < 1 or > 65536)
                throw new UsageException($"--batch is {parsed.GetValue(batch)}, but must be from 1 to 65,536.");
            if (parsed.GetValue(plain))
                parsed.Refuse("has no effect with --no-measuring, which times nothing", batch);
            var entries = ReportEntry.Find(parsed.GetValue(inputs)!);
            var path = parsed.GetValue(output) ?? OutputOption.Checked(Beside(parsed.GetValue(inputs)![0]));
            common.Prepare(parsed);
            var screen = common.Screen(parsed);
            var measuring = parsed.GetValue(plain)
                ? null
                : new ReportMeasuring(parsed.GetValue(common.Threads), parsed.GetValue(batch), screen);
            var damage = new List<string>();
            RunFolder.Write(path, Report.Page(entries, measuring, damage, screen));
            foreach (var sentence in damage)
                screen.Warn(sentence);
            screen.Say($"{path}: {entries.Count} networks");
            screen.Emit(new() { ["file"] = path, ["networks"] = entries.Count });
            return ExitCode.Done;
        });
        return command;
    }

    private static string Beside(string input) =>
        Path.Combine(Directory.Exists(input) ? input : Path.GetDirectoryName(Path.GetFullPath(input))!, "report.html");
}
