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

    /// <summary>True if it was typed.</summary>
    internal static bool Has(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
