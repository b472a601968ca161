using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Numerics;

namespace SlimSharp.Cli;

/// <summary>What is wrong with a command as it was typed, and what was perhaps meant.</summary>
internal static class Misuse
{
    /// <summary>One sentence, and where help is; null if nothing is wrong.</summary>
    internal static string? Of(ParseResult parsed)
    {
        if (parsed.Action is HelpAction)
            return null;
        var command = Path(parsed.CommandResult);
        var options = parsed.CommandResult.Children.OfType<OptionResult>().ToArray();
        var sentence =
            options.FirstOrDefault(o => o.Tokens.Any(IsOption)) is { } greedy ? $"{greedy.Option.Name} needs a value."
            : Hollow(parsed.CommandResult) is { } hollow ? hollow
            : Strays(parsed).FirstOrDefault() is { } word ? Unknown(word, parsed.CommandResult.Command, command)
            : parsed.Errors is [var error, ..] ? Unfit(error, command)
            : options.FirstOrDefault(IsNotFinite) is { } infinite
                ? $"{infinite.Option.Name} is {infinite.Tokens[0].Value}, but takes a number that is finite."
            : options.FirstOrDefault(HasComma) is { } number
                ? $"{number.Option.Name} takes a number with a point before its fraction, such as 0.5, not '{number.Tokens[0].Value}'."
            : null;
        return sentence is null ? null : $"{sentence} '{command} --help' shows what there is.";
    }

    // Those that nothing takes, and options that an argument took.
    private static IEnumerable<string> Strays(ParseResult parsed) =>
        parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens)
            .Where(IsOption)
            .Select(t => t.Value)
            .Concat(parsed.UnmatchedTokens);

    // An unset variable of a shell gives an empty word, and no path or name is empty; what comes from files can hold a
    // null character, which no path does.
    private static string? Hollow(CommandResult result)
    {
        foreach (var symbol in result.Children)
        {
            var name = symbol is OptionResult option ? option.Option.Name : Name(symbol as ArgumentResult);
            if (symbol.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value)))
                return $"{name} is empty; give it a value{(symbol is OptionResult { Option.Required: false } ? ", or leave it out" : "")}.";
            if (symbol.Tokens.Any(t => t.Value.Contains('\0', StringComparison.Ordinal)))
                return $"{name} holds a null character, which no name or path can.";
        }
        return null;
    }

    private static string Name(ArgumentResult? result) => result?.Argument.HelpName ?? result?.Argument.Name ?? "";

    // Where a value is missing, the parser takes the next option for it.
    private static bool IsOption(Token token) => token.Value.StartsWith("--", StringComparison.Ordinal);

    // The parser takes a comma for one between thousands, and 0,001 for 1.
    private static bool HasComma(OptionResult result) =>
        IsReal(result.Option) && result.Tokens is [{ Value: var text }] && text.Contains(',');

    // NaN passes every comparison that is written as what must not hold.
    private static bool IsNotFinite(OptionResult result) =>
        IsReal(result.Option)
        && result.Tokens is [_]
        && result.GetValueOrDefault<double?>() is { } value
        && !double.IsFinite(value);

    private static bool IsReal(Option option) =>
        (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) == typeof(double);

    private static string Unknown(string word, Command command, string path)
    {
        if (word.StartsWith('-') && word.Split('=', 2)[0] is var option)
            return $"'{path}' has no option '{option}'{Meant(option, command.Options.SelectMany(o => o.Aliases.Append(o.Name)))}";
        return command.Subcommands.Count > 0
            ? $"There is no command '{path} {word}'{Meant(word, command.Subcommands.Select(c => c.Name))}"
            : $"'{word}' is a word too many.";
    }

    private static string Unfit(ParseError error, string path) =>
        (error.SymbolResult, error.SymbolResult?.Parent) switch
        {
            (OptionResult { IdentifierTokenCount: 0 } result, _) => $"'{path}' needs {result.Option.Name}.",
            (OptionResult result, _) => Unfit(result, error),
            (_, OptionResult result) => Unfit(result, error),
            (ArgumentResult result, CommandResult) =>
                $"'{path}' needs {result.Argument.HelpName ?? result.Argument.Name}.",
            (CommandResult { Command.Subcommands: { Count: > 0 } below }, _) =>
                $"'{path}' needs one of its commands: {string.Join(", ", below.Select(c => c.Name))}.",
            _ => string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        };

    private static string Unfit(OptionResult result, ParseError error)
    {
        var name = result.Option.Name;
        string[] words = [.. result.Option.GetCompletions(CompletionContext.Empty).Select(c => c.Label)];
        return result.Tokens switch
        {
            [] => $"{name} needs a value.",
            [_, _, ..] => $"{name} is given {result.Tokens.Count} times.",
            [{ Value: var text }] when words.Length > 0 =>
                $"{name} is '{text}', but can be {string.Join(", ", words)}.",
            [{ Value: var text }] when IsReal(result.Option) => $"{name} takes a number, not '{text}'.",
            [{ Value: var text }] when BigInteger.TryParse(text, out _) => $"{name} is {text}, which is too large.",
            [{ Value: var text }] when result.Option.ValueType != typeof(string) =>
                $"{name} takes a whole number, not '{text}'.",
            _ => error.Message,
        };
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult above ? $"{Path(above)} {result.Command.Name}" : "slim";

    /// <summary>A question at the end of the sentence, or its full stop.</summary>
    internal static string Meant(string word, IEnumerable<string> names)
    {
        var (name, slips) = names
            .Select(n => (Name: n, Slips: Slips(word, n)))
            .DefaultIfEmpty((Name: "", Slips: int.MaxValue))
            .MinBy(n => n.Slips);
        return slips <= Math.Min(2, word.Trim('-').Length / 3) ? $"; did you mean {name}?" : ".";
    }

    /// <summary>
    /// Letters left out, put in, mistaken or swapped with their neighbours that make one word of another (optimal
    /// string alignment).
    /// </summary>
    internal static int Slips(string word, string name)
    {
        var d = new int[word.Length + 1, name.Length + 1];
        for (var i = 0; i <= word.Length; i++)
        for (var j = 0; j <= name.Length; j++)
        {
            if (i == 0 || j == 0)
            {
                d[i, j] = i + j;
                continue;
            }
            var mistaken = word[i - 1] == name[j - 1] ? 0 : 1;
            d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + mistaken);
            if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1])
                d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + mistaken);
        }
        return d[word.Length, name.Length];
    }
}
