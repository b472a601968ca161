using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using SlimSharp.Linear;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>The command tree, and what becomes of errors: one sentence and an exit code.</summary>
public static class CommandTree
{
    internal const string Tour = """
        SlimSharp makes neural networks smaller: train with a sparsity penalty, cut the emptied channels out, prove the cut, retrain.

        A first tour, offline:   slim demo
        The same step by step:
          slim train --model vgg16 --width 0.25 --data sample --pad 32 --penalty tl1:a=1 --lambda 2e-3 --epochs 10 --out runs/a
          slim inspect runs/a --curve                  what the scales look like, and how far a cut may go
          slim prune runs/a --params 0.28              writes runs/a/pruned.slim, with a certificate
          slim retrain runs/a/pruned.slim --epochs 10 --out runs/b
          slim evaluate runs/b                         accuracy on the test images
          slim verify runs/b --against runs/a          that nothing was changed but what was cut
          slim bench latency runs/a runs/b             milliseconds, turn by turn
          slim report runs                             all of it as one page to look at

        Exit codes: 0 done, 1 a check failed, 2 wrong input, 70 an unexpected error, 75 stopped (--resume goes on).
        """;

    /// <summary>Runs one command and returns the exit code.</summary>
    public static async Task<int> Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // in some, 0.25 is 25
        try
        {
            var parsed = Parse(Root(), args.Length == 0 ? ["--help"] : args);
            if (Misuse.Of(parsed) is { } misuse)
                return Refuse(misuse);
            OutputOption.Check(parsed);
            MemoryOption.HideBehindOwn(parsed);
            using var memory = MemoryOption.Use(parsed);
            return await parsed.InvokeAsync(
                new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
            );
        }
        catch (Exception e)
        {
            if (Foreseen(e) is { } sentence)
                return Refuse(sentence);
            Screen.Refuse(CrashReport.Sentence(e, args));
            return ExitCode.Unexpected;
        }
    }

    /// <summary>
    /// What is to be said of an error that comes of what a command was given; null for one that nobody foresaw.
    /// </summary>
    internal static string? Foreseen(Exception exception) =>
        exception switch
        {
            SlimSharpException or RunException or LinearDataException or UsageException => exception.Message,
            ExternalException or OutOfMemoryException =>
                $"libtorch could not go on: {exception.Message.Split('\n')[0]} If memory ran out, take a smaller network or batch.",
            IOException or UnauthorizedAccessException =>
                $"{exception.Message.TrimEnd('.')}. Check the path, its permissions and the free space.",
            _ => null,
        };

    /// <summary>Words as a command. A word that begins with @ is that word: no file is read in its place.</summary>
    internal static ParseResult Parse(RootCommand root, IReadOnlyList<string> words) =>
        root.Parse(words, new() { ResponseFileTokenReplacer = null });

    /// <summary>All commands.</summary>
    internal static RootCommand Root()
    {
        var root = new RootCommand(Tour) { HelpName = ProgramName.Word };
        root.Add(MemoryOption.Create());
        foreach (var command in Commands())
            root.Add(command);
        ProgramName.PutIn(root);
        return root;
    }

    private static int Refuse(string sentence)
    {
        Screen.Refuse(sentence);
        return ExitCode.WrongInput;
    }

    private static IEnumerable<Command> Commands() =>
        [
            DemoCommand.Create(),
            TrainCommand.Create(),
            PruneCommand.Create(),
            RetrainCommand.Create(),
            IterateCommand.Create(),
            EvaluateCommand.Create(),
            InspectCommand.Create(),
            VerifyCommand.Create(),
            DiffCommand.Create(),
            DataCommand.Create(),
            ConvertCommand.Create(),
            ImportCommand.Create(),
            ExportCommand.Create(),
            QuantizeCommand.Create(),
            BenchCommand.Create(),
            ReportCommand.Create(),
            CompareCommand.Create(),
            SweepCommand.Create(),
            RunsCommand.Create(),
            LogisticCommand.Create(),
            ReproduceCommand.Create(),
        ];
}
