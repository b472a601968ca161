using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>
/// The regularisers of a run: those of --regularizer, and what the options for single ones stand for.
/// </summary>
internal sealed class RegularizerListArguments
{
    private readonly Option<string[]> _regularizers = new("--regularizer")
    {
        Description =
            "What takes part in training, any number of them: "
            + string.Join(", ", RegularizerKind.All.Select(k => $"{k.Example} ({k.Title})"))
            + ".",
        HelpName = "KIND:NAME=VALUE,…",
    };
    private readonly MethodArguments _method = new();
    private readonly RecoveryArguments _recovery = new();

    internal void AddTo(Command command)
    {
        command.Add(_regularizers);
        _method.AddTo(command);
        _recovery.AddTo(command);
    }

    /// <summary>The regularisers as they were given, checked.</summary>
    internal string[]? Get(ParseResult parsed) =>
        RunOptions.Canonical([.. Shorthands(parsed), .. parsed.GetValue(_regularizers) ?? []]);

    /// <summary>What options that were typed stand for, in a sentence; null if none of them was.</summary>
    internal string? Meaning(ParseResult parsed)
    {
        string[] typed = [.. _method.All.Concat(_recovery.All).Where(parsed.Has).Select(o => o.Name)];
        string[] texts = RunOptions.Canonical(Shorthands(parsed)) ?? [];
        return typed.Length == 0 || texts.Length == 0
            ? null
            : $"{Words.List(typed)} {(typed.Length == 1 ? "stands" : "stand")} for "
                + string.Join(' ', texts.Select(t => $"--regularizer {Quoted(t)}"));
    }

    private IEnumerable<string> Shorthands(ParseResult parsed) =>
        (_method.Get(parsed) with { Recovery = _recovery.Get(parsed) }).Texts();

    // As a shell wants it.
    private static string Quoted(string text) => text.Contains(' ', StringComparison.Ordinal) ? $"'{text}'" : text;
}
