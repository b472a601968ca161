using System.Text;
using System.Text.RegularExpressions;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.HostileText;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>
/// Slurm scripts of sweeps with names and folders drawn from hostile text, run with a stand-in for slim.
/// </summary>
public partial class HostileSlurmTests
{
    [Fact]
    public void A_slurm_script_runs_slim_with_its_words_and_nothing_else_whatever_folders_are_called()
    {
        var (scripts, refused) = (0, 0);
        Gen.Select(Folders, Folders, Hostile)
            .Sample(
                (folder, program, name) =>
                {
                    using var place = new Place();
                    var standIn = place.StandIn(program);
                    var sweep = SweepFolder.Create(place.At("sweeps", folder), Named(name));
                    string script;
                    try
                    {
                        script = new SlurmScript { Time = "01:00:00", Memory = "2G" }.For(sweep, [standIn, "first"]);
                    }
                    catch (RunException e)
                    {
                        Assert.Contains(folder, c => c == '\\' || char.IsControl(c));
                        Assert.DoesNotContain(e.Message, char.IsControl);
                        refused++;
                        return;
                    }
                    scripts++;
                    Assert.Equal(
                        ["first", "sweep", "work", sweep.Path, "--index", "7", "--threads", "1"],
                        place.Run(script)
                    );
                    var options = SbatchLines(script).SelectMany(SbatchWords).ToArray();
                    Assert.All(options, o => Assert.StartsWith("--", o));
                    Assert.Matches(@"^--job-name=[A-Za-z0-9._-]+\z", options[0]);
                    var output = Assert.Single(options, o => o.StartsWith("--output=", StringComparison.Ordinal));
                    Assert.Equal($"{sweep.Path}/slurm-7.log", Expanded(output["--output=".Length..]));
                    Assert.Equal(9, options.Length);
                },
                iter: 120,
                threads: 1
            );
        Assert.True(scripts > 20 && refused > 20);
    }

    [Fact]
    public void Settings_of_a_slurm_script_are_one_word_or_refused()
    {
        var sweep = Folder(Simplest);
        var script = new SlurmScript { Time = "1-12:00", Memory = "500M" };
        Hostile.Sample(
            text =>
            {
                foreach (
                    var wrong in new[]
                    {
                        script with
                        {
                            Time = text,
                        },
                        script with
                        {
                            Memory = text,
                        },
                        script with
                        {
                            Partition = text,
                        },
                        script with
                        {
                            Options = [text],
                        },
                    }
                )
                {
                    string lines;
                    try
                    {
                        lines = wrong.For(sweep, ["slim"]);
                    }
                    catch (RunException e)
                    {
                        Assert.DoesNotContain(e.Message, char.IsControl);
                        continue;
                    }
                    // What is left is one comment of the shell's.
                    Assert.Equal(script.For(sweep, ["slim"]).Split('\n')[^9..], lines.Split('\n')[^9..]);
                    Assert.True(lines.Split('\n').SkipLast(9).All(l => l.StartsWith('#')));
                }
            },
            iter: 300
        );
    }

    // The lines that sbatch reads: all before the first that is no comment.
    private static IEnumerable<string> SbatchLines(string script) =>
        script
            .Split('\n')
            .TakeWhile(l => l.TrimStart() is "" or ['#', ..])
            .Where(l => l.StartsWith("#SBATCH", StringComparison.Ordinal))
            .Select(l => l["#SBATCH".Length..]);

    // As sbatch reads a line: words between spaces; quotes of both kinds hold words together, a backslash makes what
    // follows plain, # ends the line.
    private static IEnumerable<string> SbatchWords(string line)
    {
        var (word, quote) = (new StringBuilder(), '\0');
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
                word.Append(line[++i]);
            else if (line[i] == quote)
                quote = '\0';
            else if (quote == '\0' && line[i] is '"' or '\'' && quote == '\0')
                quote = line[i];
            else if (quote == '\0' && line[i] == '#')
                break;
            else if (quote == '\0' && char.IsWhiteSpace(line[i]))
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
            else
                word.Append(line[i]);
        }
        Assert.Equal('\0', quote);
        if (word.Length > 0)
            yield return word.ToString();
    }

    // As Slurm reads the name of an output file in task 7: %% is %, %a the task; a backslash would turn that off.
    private static string Expanded(string pattern)
    {
        Assert.DoesNotContain('\\', pattern);
        return Percent()
            .Replace(
                pattern,
                m =>
                    m.Value == "%a" ? "7"
                    : m.Value == "%%" ? "%"
                    : "?"
            );
    }

    [GeneratedRegex("%.")]
    private static partial Regex Percent();
}
