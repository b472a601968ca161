using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>A command whose options can be checked before there is anything to work on.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does.</param>
/// <param name="check">Reads the options, and throws where they make no sense.</param>
internal sealed class CheckedCommand(string name, string description, Action<ParseResult> check)
    : Command(name, description)
{
    /// <summary>Reads the options, and throws where they make no sense.</summary>
    internal void Check(ParseResult parsed) => check(parsed);
}
