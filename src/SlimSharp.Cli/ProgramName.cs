using System.CommandLine;
using System.Text.RegularExpressions;

namespace SlimSharp.Cli;

/// <summary>
/// What the command is called: slim, or slimsharp where it was installed as a .NET tool. Texts are written for slim.
/// </summary>
internal static partial class ProgramName
{
    private const string Usual = "slim";

    /// <summary>The word to type.</summary>
    internal static string Word { get; } =
        File.Exists(Path.Combine(AppContext.BaseDirectory, "DotnetToolSettings.xml")) ? "slimsharp" : Usual;

    /// <summary>The text with the command under its name.</summary>
    internal static string In(string text) => In(text, Word);

    internal static string In(string text, string word) => word == Usual ? text : Typed().Replace(text, word);

    /// <summary>Puts the descriptions of a command, of its options and of the commands below it right.</summary>
    internal static void PutIn(Command command)
    {
        if (Word == Usual)
            return;
        foreach (var symbol in command.Options.Concat<Symbol>(command.Arguments).Append(command))
            symbol.Description = In(symbol.Description ?? "");
        foreach (var below in command.Subcommands)
            PutIn(below);
    }

    [GeneratedRegex(@"(?<![\w./-])slim(?=: | [a-z]| --|')")]
    private static partial Regex Typed();
}
