using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>slim verify: checks a cut again.</summary>
internal static class VerifyCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "verify",
            "Check a file's content and the certificate of its cut again; exit code 1 if anything does not hold."
        );
        var input = new Argument<string>("FILE") { Description = "A .slim file or run folder." };
        var against = new Option<string?>("--against")
        {
            Description = "The file or run folder it was cut from: everything is checked.",
            HelpName = "ORIGINAL",
        };
        var common = new CommonOptions();
        command.Add(input);
        command.Add(against);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            common.Prepare(parsed);
            using var file = SlimFile.Load(ModelFile.Resolve(parsed.GetValue(input)!, "model.slim", "pruned.slim"));
            using var original = parsed.GetValue(against) is { } path ? ModelFile.Load(path) : null;
            var checks = Verification.Of(file, original);
            foreach (var check in checks)
                screen.Say(
                    $"{(check.Holds switch { true => "holds ", false => "FAILS ", null => "–     " })} {check.Name, -9}  {check.Detail}"
                );
            screen.Emit(
                new()
                {
                    ["holds"] = checks.All(c => c.Holds != false),
                    ["checks"] = new JsonArray([
                        .. checks.Select(c =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["name"] = c.Name,
                                    ["holds"] = c.Holds,
                                    ["detail"] = c.Detail,
                                }
                        ),
                    ]),
                }
            );
            return checks.Any(c => c.Holds == false) ? ExitCode.Missed : ExitCode.Done;
        });
        return command;
    }
}
