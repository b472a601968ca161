using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SlimSharp.Tests.Cli;

/// <summary>What is true of every option and argument of every command.</summary>
[Collection(nameof(Alone))]
public partial class OptionTests
{
    private static readonly string[] Numbers =
    [
        "nan",
        "NaN",
        "inf",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e300",
        "1e300",
        "1e-300",
        "-1",
        "0",
        "2147483647",
        "-2147483648",
        "9223372036854775807",
    ];

    [Fact]
    public async Task Numbers_are_read_alike_wherever_somebody_lives()
    {
        var (here, there) = (CultureInfo.CurrentCulture, (CultureInfo)CultureInfo.InvariantCulture.Clone());
        (there.NumberFormat.NumberDecimalSeparator, there.NumberFormat.NumberGroupSeparator) = (",", ".");
        var known = await Slim.Run("inspect", "resnet8", "--width", "0.25");
        Assert.Equal(0, known.Code);
        try
        {
            CultureInfo.CurrentCulture = there;
            Assert.Equal(known, await Slim.Run("inspect", "resnet8", "--width", "0.25"));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    [Fact]
    public async Task An_empty_word_is_refused_wherever_a_word_can_stand()
    {
        var tried = 0;
        foreach (var (words, command) in CommandWalk.All)
        {
            foreach (var option in command.Options.Where(o => o.Arity.MinimumNumberOfValues > 0 && o.Name != "--help"))
            {
                await Refuses([.. words, .. CommandWalk.Arguments(command), option.Name, ""], option.Name);
                await Refuses([.. words, .. CommandWalk.Arguments(command), option.Name, "a\0b"], option.Name);
                tried++;
            }
            if (command.Arguments.Count > 0)
                await Refuses([.. words, ""], command.Arguments[0].HelpName ?? command.Arguments[0].Name);
        }
        Assert.True(tried > 200, $"{tried}");
    }

    [Fact]
    public async Task Every_command_has_help_and_takes_what_its_help_says_is_the_default()
    {
        foreach (var (words, command) in CommandWalk.All)
        {
            var (code, said, error) = await Slim.Run([.. words, "--help"]);
            Assert.True((code, error) == (0, ""), $"{string.Join(' ', words)}: {error}");
            Assert.Contains(command.Description!.Split(' ')[0], said);
            var listed = Listed().Matches(said).Select(m => m.Value.Trim()).ToArray();
            Assert.Equal(listed.Distinct(), listed);
            Assert.Single(listed, "--memory");
            foreach (var option in command.Options.Where(o => o.HasDefaultValue && o.ValueType == typeof(string)))
            {
                var usual = (string?)option.GetDefaultValue();
                if (usual is { Length: > 0 })
                    Assert.Equal(0, (await Slim.Run([.. words, option.Name, usual, "--help"])).Code);
            }
        }
    }

    [Theory]
    [InlineData("slurm", "7G", "--mem=7G", "--dry-run")]
    [InlineData("kubernetes", "7Gi", "\"7Gi\"", "--image=a", "--volume-claim=b", "--mount=/")]
    public async Task What_a_job_may_take_of_memory_is_no_bound_on_the_files_that_are_read(
        string where,
        string memory,
        string written,
        params string[] more
    )
    {
        var sweep = Runs.SampleSweep.Simple(1).Path;
        var (code, said, error) = await Slim.Run(["sweep", where, sweep, "--memory", memory, .. more]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(written, said);
    }

    [Fact]
    public async Task No_number_makes_a_command_crash()
    {
        var folder = Machine.Folder();
        var model = Path.Combine(folder, "model.slim");
        Small.File(model);
        foreach (var (words, command) in CommandWalk.All.Where(c => c.Words[0] is not ("demo" or "compare")))
        {
            foreach (var option in command.Options.Where(IsNumber))
            {
                foreach (var number in Numbers)
                {
                    string[] line = [.. words, .. CommandWalk.Arguments(command, model), option.Name, number];
                    if (words[0] == "train")
                        line = [.. line, "--model", "vgg11", "--data", folder, "--out", Path.Combine(folder, "out")];
                    var (code, said, error) = await Slim.Run(line);
                    Assert.True(code is 0 or 2, $"{string.Join(' ', line)} ended with {code}: {error}");
                    Assert.DoesNotContain("   at ", said + error);
                    if (
                        option.ValueType == typeof(double)
                        && number.StartsWith("nan", StringComparison.OrdinalIgnoreCase)
                    )
                        Assert.Equal(2, code);
                }
            }
        }
    }

    [Fact]
    public async Task A_word_that_begins_with_an_at_sign_is_that_word()
    {
        var folder = Machine.Folder();
        var secret = Path.Combine(folder, "secret.txt");
        File.WriteAllText(secret, "hush");
        var sweep = Path.Combine(folder, "sweep.toml");
        File.WriteAllText(
            sweep,
            $"""
            [[stage]]
            command = "train"
            options = {"{"} model = "vgg11", data = "d", lambda = 1, penalty = "@{secret}" {"}"}
            """
        );
        foreach (
            var line in (string[][])
                [
                    ["inspect", $"@{secret}"],
                    ["sweep", "plan", sweep, "--out", $"{folder}/s"],
                ]
        )
        {
            var (code, said, error) = await Slim.Run(line);
            Assert.Equal(2, code);
            Assert.Contains($"@{secret}", error);
            Assert.DoesNotContain("hush", said + error);
        }
    }

    private static async Task Refuses(string[] line, string name)
    {
        var (code, said, error) = await Slim.Run(line);
        Assert.True((code, said) == (2, ""), $"{string.Join(' ', line)} ended with {code}: {said} {error}");
        Assert.StartsWith($"slim: {name} ", error);
        Assert.Matches("is empty|null character", error);
    }

    [GeneratedRegex(@"^  --[a-z0-9-]+", RegexOptions.Multiline)]
    private static partial Regex Listed();

    private static bool IsNumber(Option option) =>
        (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is var type
        && (type == typeof(int) || type == typeof(long) || type == typeof(double));
}
