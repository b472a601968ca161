using System.Diagnostics;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// Small files that claim, or become, large ones are refused in a sentence, or read, in the memory that docs/trust.md
/// states.
/// </summary>
public class BombTests
{
    private const long OfTheProgram = 250_000_000; // .NET, libtorch, and what the collector has not yet given back
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // on a busy machine; alone it is a few

    private static readonly WrittenTable Table = new("bombs.md");

    public static TheoryData<string> Names => [.. Bomb.All.Select(b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bomb_is_refused_in_a_sentence_or_read_within_the_limits(string name)
    {
        var bomb = Bomb.All.First(b => b.Name == name);
        var folder = Machine.Folder();
        var output = Path.Combine(folder, "out");
        var made = bomb.Make(folder);
        string[] words = [.. bomb.Command.Split(' ').Select(w => w.Replace("{}", made).Replace("{out}", output))];
        var size = File.Exists(made) ? new FileInfo(made).Length : Size(made);
        var (code, said, peak, time) = Run(words);
        Directory.Delete(folder, recursive: true);
        Table.Add(
            $"{name} | {size / 1e3:N1} | `slim {bomb.Command}` | {code} | {peak / 1e6:N0} | {time.TotalSeconds:N1}"
        );
        Assert.Equal((bomb.Sentence.Length > 0 ? 2 : 0, ""), (code, code is 0 or 2 ? "" : said));
        Assert.Contains(bomb.Sentence, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.True(peak <= ReadBudget.Floor + ReadBudget.PerByte * size + OfTheProgram, $"{name}: {peak / 1e6:F0} MB");
        Assert.True(time < Patience, $"{name}: {time}");
    }

    [Fact]
    public void The_limit_can_be_raised_and_lowered_by_an_option_and_by_the_environment()
    {
        var small = Run("data", Machine.SamplePath, "--memory", "10MB");
        Assert.Equal(2, small.Code);
        Assert.Contains("more than the 10 MB", small.Said, StringComparison.Ordinal);
        Assert.Contains("--memory", small.Said, StringComparison.Ordinal);
        var path = TextBombs.OneIndex(Machine.Folder()).Replace("x.libsvm", "y.libsvm", StringComparison.Ordinal);
        File.WriteAllText(path, "-1 3000000:1\n1 1:1\n");
        Assert.Equal(2, Run("logistic", "fit", path, "--share", "0.1").Code);
        Assert.Equal(0, Run("logistic", "fit", path, "--share", "0.1", "--memory", "1GB").Code);
        var wrong = Run("data", Machine.SamplePath, "--memory", "much");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("'much' is no amount of memory", wrong.Said, StringComparison.Ordinal);
    }

    private static long Size(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    // What it said, and the most memory that it had: read again and again, since nobody can ask when it has ended.
    private static (int Code, string Said, long Peak, TimeSpan Time) Run(params string[] words)
    {
        using var process = Machine.StartSlim(words);
        var (watch, peak) = (Stopwatch.StartNew(), 0L);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        while (!process.WaitForExit(10))
        {
            process.Refresh();
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                break; // it ended in between
            }
        }
        process.WaitForExit();
        return (process.ExitCode, output.Result + error.Result, peak, watch.Elapsed);
    }
}
