using System.CommandLine;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim sweep claims: what the results say of claims that were written before.</summary>
internal static class SweepClaimsCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "claims",
            "Test claims, written down as inequalities with their margins, on the results of sweeps: differences, intervals, exact tests, verdicts; as a table, and with --out as a page with pictures."
        );
        var input = new Argument<string>("FILE")
        {
            Description = "The claims, in TOML or JSON; studies/claims.toml is one.",
        };
        var output = new Option<string?>("--out")
        {
            Description = "The page to write, in Markdown; pictures go into a folder of its name beside it.",
            HelpName = "FILE",
        };
        var common = new CommonOptions();
        command.Add(input);
        command.Add(output);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var (screen, path) = (common.Screen(parsed), parsed.GetValue(input)!);
            var claims = ClaimFile.Read(path);
            var folder = Path.GetDirectoryName(path) ?? "";
            string Place(string file) => Path.GetRelativePath(".", Path.Combine(folder, file)).Replace('\\', '/');
            Dictionary<string, SweepResults> Read(Func<ClaimSweep, string?> of) =>
                claims
                    .Sweeps.Where(s => of(s) is { } file && File.Exists(Place(file)))
                    .ToDictionary(s => s.Name, s => SweepResults.Read(Place(of(s)!)));
            var page = new ClaimPage(claims, Read(s => s.Results), Read(s => s.Search), Place);
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
            foreach (var t in page.Tests)
                screen.Emit(
                    new()
                    {
                        ["claim"] = t.Claim.Name,
                        ["verdict"] = t.Answer,
                        ["p"] = t.Adjusted,
                    }
                );
            if (parsed.GetValue(output) is { } file)
            {
                var pictures = Path.GetFileNameWithoutExtension(file);
                var text = page.Write($"slim sweep claims {path} --out {file}", pictures);
                foreach (var (name, svg) in page.Pictures)
                    RunFolder.Write(Path.Combine(Path.GetDirectoryName(file) ?? "", pictures, name), svg);
                RunFolder.Write(file, text);
                screen.Say($"{file}, with {page.Pictures.Count} pictures");
            }
            return ExitCode.Done;
        });
        return command;
    }
}
