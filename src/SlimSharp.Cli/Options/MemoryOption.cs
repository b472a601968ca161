using System.CommandLine;
using System.CommandLine.Help;

namespace SlimSharp.Cli;

/// <summary>
/// How much memory a file that is read may take, for every command. It is kept in the environment, where all readers
/// and the processes of a sweep find it.
/// </summary>
internal static class MemoryOption
{
    private const string Name = "--memory";

    /// <summary>
    /// The option, which stands on every command but those that have one of that name for the memory of jobs.
    /// </summary>
    internal static Option<string?> Create() =>
        new(Name)
        {
            Description =
                $"Memory that each file which is read may take, such as 8GB [default: {ReadBudget.Floor / 1_000_000} MB and {ReadBudget.PerByte} times its length, at most half of the machine's].",
            HelpName = "AMOUNT",
            Recursive = true,
        };

    /// <summary>Lets readers know, until the result is disposed.</summary>
    /// <exception cref="UsageException">The option, or the environment variable, is no amount.</exception>
    internal static IDisposable Use(ParseResult parsed)
    {
        var before = Environment.GetEnvironmentVariable(ReadBudget.Variable);
        // By the option itself: by its name, that of a command would be found first.
        var given = parsed.GetValue(
            parsed.RootCommandResult.Command.Options.OfType<Option<string?>>().First(o => o.Name == Name)
        );
        Check(given, Name);
        Check(before, ReadBudget.Variable);
        if (given is not null)
            Environment.SetEnvironmentVariable(ReadBudget.Variable, given);
        return new Reset(before);
    }

    /// <summary>
    /// Takes it out of the help of a command that has one of that name itself, which is then what the name means.
    /// </summary>
    internal static void HideBehindOwn(ParseResult parsed)
    {
        var root = parsed.RootCommandResult.Command;
        if (parsed.Action is HelpAction && parsed.CommandResult.Command is var command && command != root)
            root.Options.First(o => o.Name == Name).Hidden = command.Options.Any(o => o.Name == Name);
    }

    private static void Check(string? text, string name)
    {
        try
        {
            if (!string.IsNullOrEmpty(text) || (text is "" && name.StartsWith('-')))
                ReadBudget.Parse(text!);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{name}: {e.Message}");
        }
    }

    private sealed class Reset(string? before) : IDisposable
    {
        public void Dispose() => Environment.SetEnvironmentVariable(ReadBudget.Variable, before);
    }
}
