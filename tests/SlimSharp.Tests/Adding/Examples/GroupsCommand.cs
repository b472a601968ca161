using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>slim groups: which channels can only be cut together.</summary>
internal static class GroupsCommand
{
    internal static Command Create()
    {
        var command = new Command("groups", "Show which channels can only be cut together, and which must stay.");
        var input = new Argument<string>("FILE") { Description = "A .slim file or run folder." };
        var common = new CommonOptions();
        command.Add(input);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            common.Prepare(parsed);
            using var file = SlimFile.Load(ModelFile.Resolve(parsed.GetValue(input)!, "model.slim", "last.slim"));
            var groups = ChannelGroups.Of(file.Network);
            screen.Table(
                null,
                ["group", "channels", "nodes", "must stay"],
                groups.Select(g => (string[])[g.Name, $"{g.Units}", $"{g.Channels.Count}", $"{g.FrozenBecause}"]),
                3 // words, so it may be wrapped
            );
            foreach (var group in groups)
                screen.Emit(new() { ["group"] = group.Name, ["channels"] = group.Units });
            return ExitCode.Done;
        });
        return command;
    }
}
