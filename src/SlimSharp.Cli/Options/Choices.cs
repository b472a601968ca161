using System.CommandLine;

namespace SlimSharp.Cli;

/// <summary>Options that take one of a few words, and whether an option was given at all.</summary>
internal static class Choices
{
    /// <summary>An option whose first value is the default.</summary>
    internal static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => values[0] };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>An option without a default.</summary>
    internal static Option<string?> Optional(string name, string description, params string[] values)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    /// <summary>
    /// Refuses the first of these options that was typed: it would change nothing, and whoever typed it expects that it
    /// does.
    /// </summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="because">The rest of a sentence that begins with the option's name.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UsageException">One was typed.</exception>
    internal static void Refuse(this ParseResult parsed, string because, params IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(parsed.Has) is { } stray)
            throw new UsageException($"{stray.Name} {because}.");
    }

    /// <summary>True if it was typed.</summary>
    internal static bool Has(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
