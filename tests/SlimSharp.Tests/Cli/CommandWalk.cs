using System.CommandLine;
using SlimSharp.Cli;

namespace SlimSharp.Tests.Cli;

/// <summary>Every command of the tree, as it is typed.</summary>
internal static class CommandWalk
{
    /// <summary>The commands that do something, with the words that name them.</summary>
    internal static IEnumerable<(string[] Words, Command Command)> All => Below(CommandTree.Root(), []);

    /// <summary>Values for all arguments of a command.</summary>
    internal static IEnumerable<string> Arguments(Command command, string value = "a") =>
        command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0).Select(_ => value);

    private static IEnumerable<(string[], Command)> Below(Command command, string[] words) =>
        command.Subcommands.Count == 0
            ? [(words, command)]
            : command.Subcommands.SelectMany(c => Below(c, [.. words, c.Name]));
}
