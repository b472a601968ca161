using System.Diagnostics;
using System.Text.RegularExpressions;
using SlimSharp.Cli;

namespace SlimSharp.Tests.Cli;

/// <summary>An error that nobody foresaw is one sentence, a file to send and exit code 70.</summary>
[Collection(nameof(Alone))]
public class CrashReportTests
{
    [Fact]
    public void The_sentence_names_a_file_that_holds_what_helps()
    {
        var sentence = CrashReport.Sentence(Thrown("first line\nsecond line"), ["train", "--out", "a b"]);
        Assert.DoesNotContain('\n', sentence);
        Assert.Contains("InvalidOperationException: first line)", sentence);
        var file = FileOf(sentence);
        var text = File.ReadAllText(file);
        File.Delete(file);
        Assert.Contains("'train' '--out' 'a b'", text);
        Assert.Contains("second line", text);
        Assert.Contains($"at {typeof(CrashReportTests)}.{nameof(Thrown)}", text);
    }

    [Fact]
    public void What_comes_of_the_input_is_foreseen_and_what_is_a_mistake_of_ours_is_not()
    {
        Assert.Equal("so", CommandTree.Foreseen(new SlimSharp.Data.DataException("so")));
        Assert.NotNull(CommandTree.Foreseen(new IOException("so")));
        Assert.Null(CommandTree.Foreseen(new ArgumentException("so")));
        Assert.Null(CommandTree.Foreseen(new KeyNotFoundException()));
    }

    [Fact]
    public void A_thread_that_fails_ends_the_command_with_a_sentence_and_70()
    {
        var folder = Machine.Folder();
        var info = new ProcessStartInfo(
            "dotnet",
            [Machine.Program("SlimSharp.Cli", "slim"), .. Slim.TrainFor("10000", Path.Combine(folder, "run"))]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(CrashReportTests).Assembly.Location,
                ["SLIMSHARP_FAIL"] = "3",
            },
        };
        var (code, _, error) = Machine.Run(Process.Start(info)!);
        Assert.True(code == 70, $"{code}: {error}");
        Assert.Single(error.Trim().Split('\n'));
        Assert.Contains(StartupHook.Message, error);
        var file = FileOf(error);
        Assert.Contains("   at ", File.ReadAllText(file));
        File.Delete(file);
        Assert.True(File.Exists(Path.Combine(folder, "run", "run.json"))); // what there is of the run is kept
    }

    private static string FileOf(string sentence) =>
        Regex.Match(sentence, @"with the file (.*\.txt)\.").Groups[1].Value;

    private static InvalidOperationException Thrown(string message)
    {
        try
        {
            throw new InvalidOperationException(message);
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
