using System.CommandLine;
using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>slim export: hands weights on.</summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        var command = new Command("export", "Write the weights of a file in a form that others load.");
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var torch = new Option<string?>("--pytorch")
        {
            Description = "A PyTorch state dict, with the names of the nodes.",
            HelpName = "FILE",
        };
        var common = new CommonOptions();
        command.Add(input);
        command.Add(torch);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var target = parsed.GetValue(torch) ?? throw new UsageException("Say what to write: --pytorch FILE.");
            common.Prepare(parsed);
            using var file = Files.Load(parsed.GetValue(input)!);
            StateDict.Save(target, file.Weights.Names.ToDictionary(n => n, n => file.Weights[n]));
            var screen = common.Screen(parsed);
            screen.Say($"{target} ({Words.Size(new FileInfo(target).Length)}): {file.Weights.Names.Count} tensors");
            screen.Emit(new() { ["file"] = target, ["tensors"] = file.Weights.Names.Count });
            return ExitCode.Done;
        });
        return command;
    }
}
