using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep claims: what the results say of claims that were written before.</summary>
internal static class SweepClaimsCommand
{
    private static readonly string[] Formats = [".html", ".htm", ".md", ".markdown"];

    internal static Command Create()
    {
        var command = new Command(
            "claims",
            "Test claims, written down as inequalities with their margins, on the results of sweeps: differences, intervals, exact tests, verdicts; as a table, and with --out as a page with pictures. Exit code 0 if there are results of every sweep that the claims name, whatever the verdicts; 1 if those of some are missing; 2 if all are."
        );
        var input = new Argument<string>("FILE")
        {
            Description = "The claims, in TOML or JSON; studies/claims.toml is one.",
        };
        var output = new OutputOption("--out")
        {
            Description =
                "The page to write: .html, with its pictures in it, or .md, whose pictures go into a folder of its name beside it.",
            HelpName = "FILE",
        };
        var common = new CommonOptions();
        command.Add(input);
        command.Add(output);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var (screen, path) = (common.Screen(parsed), parsed.GetValue(input)!);
            if (parsed.GetValue(output) is { } named && !Formats.Contains(Ending(named)))
                throw new UsageException(
                    $"--out {named}: the page is written in HTML or Markdown; let its name end in .html or .md."
                );
            var claims = ClaimFile.Read(path);
            var folder = Path.GetDirectoryName(path) ?? "";
            string Place(string file) => Path.GetRelativePath(".", Path.Combine(folder, file)).Replace('\\', '/');
            Dictionary<string, SweepResults> Read(Func<ClaimSweep, string?> of) =>
                claims
                    .Sweeps.Where(s => of(s) is { } file && Path.Exists(Place(file)))
                    .ToDictionary(s => s.Name, s => SweepResults.Read(Place(of(s)!)));
            string Missing(ClaimSweep sweep, string file) =>
                $"{path} names '{Place(file)}' for the results of '{sweep.Name}', and there is no such file. Write it with: slim sweep collect DIR --out {Place(file)}";
            var results = Read(s => s.Results);
            if (results.Count == 0 && claims.Sweeps.Length > 0)
                throw new UsageException(
                    $"Nothing can be tested: {string.Join(". ", claims.Sweeps.Select(s => Missing(s, s.Results)))}."
                );
            var commands = new ClaimCommands(
                Place,
                of => $"slim sweep table {Place(of)} --format markdown",
                (of, reference) => $"slim sweep pairs {Place(of)} --setting case --first CASE --second {reference}",
                of => $"slim sweep table {Place(of)} --split validation"
            );
            var page = new ClaimPage(claims, results, Read(s => s.Search), commands);
            screen.Table(
                $"{claims.Title}:",
                ["claim", "", "verdict", "p"],
                page.Tests.Select(t =>
                    (IReadOnlyList<string>)
                        [t.Claim.Name, t.Claim.Text, t.Answer, t.IsComplete ? Words.Number(t.Adjusted, "F3") : ""]
                ),
                1,
                2
            );
            foreach (var sweep in claims.Sweeps)
            {
                foreach (var file in ((string?[])[sweep.Results, sweep.Search]).OfType<string>())
                {
                    if (!Path.Exists(Place(file)))
                        screen.Warn(Missing(sweep, file));
                }
            }
            foreach (var t in page.Tests.Where(t => t.SeedsNeeded is not null))
                screen.Say(
                    $"Claim {t.Claim.Name} cannot be confirmed, whatever its runs show: {t.SeedsNeeded} differences would be needed."
                );
            foreach (var (name, of) in results)
            {
                var warnings = SweepWarning.Of(of);
                foreach (var warning in warnings)
                    screen.Say($"Warning of {name}: {warning.WithExample}");
                if (!warnings.IsEmpty)
                    screen.Emit(new() { ["sweep"] = name, ["warnings"] = SweepScreen.ToJson(warnings) });
            }
            foreach (var t in page.Tests)
                screen.Emit(
                    new()
                    {
                        ["claim"] = t.Claim.Name,
                        ["verdict"] = t.Answer,
                        ["p"] = t.Adjusted,
                        ["seedsNeeded"] = t.SeedsNeeded,
                    }
                );
            if (parsed.GetValue(output) is { } to)
                Write(screen, page, path, to);
            return results.Count < claims.Sweeps.Length ? ExitCode.Missed : ExitCode.Done;
        });
        return command;
    }

    private static void Write(Screen screen, ClaimPage page, string claims, string file)
    {
        var command = $"slim sweep claims {claims} --out {file}";
        if (Ending(file) is ".html" or ".htm")
        {
            RunFolder.Write(file, page.WriteHtml(command));
            screen.Say(file);
            return;
        }
        var pictures = Path.GetFileNameWithoutExtension(file);
        var text = page.Write(command, pictures);
        foreach (var (name, svg) in page.Pictures)
            RunFolder.Write(Path.Combine(Path.GetDirectoryName(file) ?? "", pictures, name), svg);
        RunFolder.Write(file, text);
        screen.Say($"{file}, with {page.Pictures.Count} pictures");
    }

    private static string Ending(string file) => Path.GetExtension(file).ToLowerInvariant();
}
