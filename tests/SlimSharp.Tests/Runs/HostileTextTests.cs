using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Names and folders that try to run something, or to break what is written for schedulers.</summary>
public partial class HostileTextTests
{
    private const string Simplest = "[[stage]]\ncommand = \"train\"\n";

    private static readonly string[] Pieces =
    [
        "\n",
        "\n#SBATCH --wrap=evil\n",
        "\ntouch pwned\n",
        "\r\n",
        "'",
        "\"",
        "'; touch pwned; '",
        "$(touch pwned)",
        "`touch pwned`",
        "$HOME",
        "$$",
        "$(X)",
        "%",
        "%a",
        "%%",
        "\\",
        "\\\\",
        " ",
        "\t",
        "#",
        "-",
        "--help",
        "@file",
        ";",
        "&",
        "|",
        ">pwned",
        "*",
        "~",
        "{a,b}",
        "!",
        "=",
        ":",
        "é",
        "名",
        "𝛾",
        "\u202e",
        "\u001b[31m",
        "a",
        "B9",
        ".",
        "..",
        "_",
    ];

    private static readonly Gen<string> Hostile = Gen.Int[0, Pieces.Length - 1]
        .Select(i => Pieces[i])
        .Array[1, 8]
        .Select(string.Concat);

    // A folder's name; the file system takes all of them.
    private static readonly Gen<string> Folders = Hostile.Select(t => t.Trim('.').Length > 0 ? t : "x");

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

    [Fact]
    public void A_kubernetes_job_has_valid_names_and_passes_the_folder_on_as_it_is()
    {
        Gen.Select(Folders, Hostile)
            .Sample(
                (folder, name) =>
                {
                    using var place = new Place();
                    var sweep = SweepFolder.Create(place.At(folder), Named(name));
                    var job = new KubernetesJob
                    {
                        Image = "registry/slim:1",
                        VolumeClaim = "claim",
                        Mount = place.Folder,
                    };
                    var read = KubernetesYaml.Deserialize<V1Job>(job.For(sweep), strict: true);
                    var host = $"{read.Metadata.Name}-{read.Spec.Completions - 1}";
                    Assert.Matches(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z", read.Metadata.Name);
                    Assert.InRange(host.Length, 3, 63);
                    var arguments = read.Spec.Template.Spec.Containers.Single().Args;
                    Assert.Equal(sweep.Path, arguments[2].Replace("$$", "$"));
                    Assert.DoesNotMatch(@"(?<!\$)(\$\$)*\$\(", arguments[2]); // no variable is put in
                },
                iter: 100,
                threads: 1
            );
    }

    [Fact]
    public void Settings_of_a_kubernetes_job_that_it_does_not_take_are_refused()
    {
        var sweep = Folder(Simplest);
        var job = new KubernetesJob
        {
            Image = "slim",
            VolumeClaim = "claim",
            Mount = Path.GetTempPath(),
        };
        Hostile.Sample(
            text =>
            {
                foreach (
                    var other in new[]
                    {
                        job with
                        {
                            Image = text,
                        },
                        job with
                        {
                            VolumeClaim = text,
                        },
                        job with
                        {
                            Memory = text,
                        },
                    }
                )
                {
                    try
                    {
                        KubernetesYaml.Deserialize<V1Job>(other.For(sweep), strict: true);
                        Assert.Matches(@"^[A-Za-z0-9._/:@-]+\z", text);
                    }
                    catch (RunException e)
                    {
                        Assert.DoesNotContain(e.Message, char.IsControl);
                    }
                }
            },
            iter: 300
        );
        foreach (
            var wrong in new[]
            {
                job with
                {
                    Mount = "data",
                },
                job with
                {
                    Parallel = 0,
                },
                job with
                {
                    Cores = 0,
                },
                job with
                {
                    Memory = "",
                },
                job with
                {
                    VolumeClaim = new('a', 300),
                },
            }
        )
            Assert.Contains("but must be", Assert.Throws<RunException>(() => wrong.For(sweep)).Message);
    }

    [Fact]
    public void Long_names_leave_room_for_the_index_of_a_pod()
    {
        var sweep = Folder("name = \"" + new string('x', 99) + "\"\n" + Description.Split('\n', 2)[1]);
        var text = new KubernetesJob
        {
            Image = "slim",
            VolumeClaim = "claim",
            Mount = Path.GetTempPath(),
        }.For(sweep);
        Assert.Equal(60, KubernetesYaml.Deserialize<V1Job>(text).Metadata.Name.Length); // and "-44"
    }

    [Fact]
    public void A_sweeps_name_is_safe_or_refused_with_one_that_would_do()
    {
        Hostile.Sample(
            name =>
            {
                var json = $$"""{"name": {{JsonText(name)}}, "stage": [{"command": "train"}]}""";
                var file = Write(json, "sweep.json");
                if (Safe().IsMatch(name))
                {
                    Assert.Equal(name, SweepFile.Read(file).Name);
                    return;
                }
                var sentence = Assert.Throws<RunException>(() => SweepFile.Read(file)).Message;
                Assert.DoesNotContain(sentence, char.IsControl);
                Assert.Matches(@", such as '[A-Za-z0-9._-]+'\.\z", sentence);
            },
            iter: 200
        );
        // A file was named for other purposes: that name is reduced.
        Assert.Equal("my--first--sweep", SweepFile.Read(Write(Simplest, "my \"first\" sweep.toml")).Name);
        Assert.Equal("sweep", SweepFile.Read(Write(Simplest, "名 γ.toml")).Name);
    }

    // As sweeps that were planned before names had a rule.
    private static SweepPlan Named(string name) => SweepFile.Read(Write(Simplest)) with { Name = name };

    private static string JsonText(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    // The lines that sbatch reads: all before the first that is no comment.
    private static IEnumerable<string> SbatchLines(string script) =>
        script
            .Split('\n')
            .TakeWhile(l => l.TrimStart() is "" or ['#', ..])
            .Where(l => l.StartsWith("#SBATCH", StringComparison.Ordinal))
            .Select(l => l["#SBATCH".Length..]);

    // As sbatch reads a line: words between spaces; quotes of both kinds hold words together, a backslash makes what follows plain, # ends the line.
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

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex Safe();

    /// <summary>A folder of its own, in which a script is run; gone afterwards.</summary>
    private sealed class Place : IDisposable
    {
        private string[] _before = [];

        internal string Folder { get; } = Machine.Folder();

        internal string At(params string[] parts) => Path.Combine([Folder, .. parts]);

        /// <summary>In place of slim: writes its arguments down, each with its length.</summary>
        internal string StandIn(string name)
        {
            var path = At("programs", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "#!/bin/sh\nfor a; do printf '%s\\0' \"$a\"; done >\"$RECORD\"\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }

        /// <summary>Runs a script as Slurm would, and returns what the stand-in was given. Nothing else may have happened.</summary>
        internal string[] Run(string script)
        {
            var (file, record) = (At("script"), At("record"));
            File.WriteAllText(file, script);
            File.WriteAllText(record, "");
            _before = Entries();
            var start = new ProcessStartInfo("bash", [file])
            {
                WorkingDirectory = Folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["RECORD"] = record;
            start.Environment["SLURM_ARRAY_TASK_ID"] = 7.ToString(CultureInfo.InvariantCulture);
            var (code, output, error) = Machine.Run(Process.Start(start)!);
            Assert.Equal((0, "", ""), (code, output, error));
            Assert.Equal(_before, Entries());
            return File.ReadAllText(record).Split('\0')[..^1];
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);

        private string[] Entries() =>
            [.. Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Order()];
    }
}
