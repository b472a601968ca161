namespace SlimSharp.Runs;

/// <summary>
/// What a <see cref="ClaimPage"/> says of where its tables are from, given a file of results as a claim file names it.
/// </summary>
/// <param name="Place">Where the file lies, seen from where commands are typed.</param>
/// <param name="Table">The command that prints its table.</param>
/// <param name="Pairs">The command that compares a case with one of that name, seed by seed.</param>
/// <param name="Search">The command that prints the table of a search, by validation images.</param>
public sealed record ClaimCommands(
    Func<string, string> Place,
    Func<string, string> Table,
    Func<string, string, string> Pairs,
    Func<string, string> Search
);
