using System.CommandLine;
using System.CommandLine.Help;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>
/// Whether every run of a sweep is a command that can be carried out, as far as can be told before the first.
/// </summary>
internal static class SweepCheck
{
    /// <summary>Parses every command and reads its options.</summary>
    /// <exception cref="UsageException">One of them is refused; the message names the stage.</exception>
    internal static void Check(IEnumerable<SweepRun> runs)
    {
        var root = CommandTree.Root();
        SweepRun[] all = [.. runs];
        foreach (var run in all.DistinctBy(r => (r.Stage, string.Join('\n', r.Options))))
        {
            string[] input = run.Command == "train" ? [] : ["a.slim"];
            Check(
                root,
                [.. SweepExecutor.Command(run, input, "b")],
                $"Stage '{run.Stage}' ({SweepScreen.Settings(run)})"
            );
        }
        foreach (var run in all.DistinctBy(r => r.Stage))
            Check(root, [.. SweepExecutor.Evaluation(run, "a.slim")], $"Stage '{run.Stage}', evaluate");
    }

    private static void Check(RootCommand root, string[] words, string where)
    {
        var parsed = CommandTree.Parse(root, words);
        try
        {
            if (parsed.Action is HelpAction)
                throw new UsageException("this would print help and run nothing; leave it out.");
            if (Misuse.Of(parsed) is { } misuse)
                throw new UsageException(misuse);
            using (MemoryOption.Use(parsed)) { } // an amount that is none is refused
            (parsed.CommandResult.Command as CheckedCommand)?.Check(parsed);
        }
        catch (Exception e) when (e is SlimSharpException or UsageException)
        {
            throw new UsageException($"{where}: {e.Message}");
        }
    }
}
