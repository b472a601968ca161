using System.Text.Json.Nodes;
using CsCheck;
using SlimSharp.Cli;

namespace SlimSharp.Tests.Cli;

/// <summary>No name from a file commands the terminal.</summary>
[Collection(nameof(Alone))]
public class TerminalTests
{
    private const string Hostile = "\x1b[31mred\x1b]0;title\x07\x7f\u009b2J\u202eback\u2066";

    [Theory]
    [InlineData("plain – é 漢 😀", "plain – é 漢 😀")]
    [InlineData("\x1b[2J", "\\u001b[2J")]
    [InlineData("\u009b2J\u0085\u007f", "\\u009b2J\\u0085\\u007f")]
    [InlineData("a\u202eb\u2066\u200f\u061c", "a\\u202eb\\u2066\\u200f\\u061c")]
    [InlineData("two\nlines\tand more", "two\\u000alines\\u0009and more")]
    public void Control_characters_are_written_out(string text, string harmless) =>
        Assert.Equal(harmless, Harmless.Line(text));

    [Fact]
    public void Text_keeps_its_lines_and_nothing_else_that_moves_the_cursor()
    {
        Assert.Equal("a\nb\tc\n\\u000ad".Replace("\\u000a", "\n"), Harmless.Text("a\r\nb\tc\n\nd"));
        Gen.String.Sample(
            text =>
            {
                Assert.DoesNotContain(Harmless.Text(text), c => char.IsControl(c) && c is not ('\n' or '\t'));
                Assert.DoesNotContain(Harmless.Line(text), char.IsControl);
            },
            threads: 1
        );
    }

    [Fact]
    public void Everything_that_is_printed_goes_through_the_screen()
    {
        var source = Path.Combine(Machine.Root, "src", "SlimSharp.Cli");
        var direct = Directory
            .EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("Screen.cs", StringComparison.Ordinal))
            .Where(f =>
                File.ReadAllText(f) is var t
                && (t.Contains("Console.Write") || t.Contains("Console.Error") || t.Contains("Console.Out"))
            );
        Assert.Empty(direct);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_in_files_and_words_of_the_command_line_come_out_harmless(bool json)
    {
        var folder = Machine.Folder();
        var table = Path.Combine(folder, "table.csv");
        File.WriteAllText(table, $"{Hostile},y\n1,0\n2,1\n3,0\n9,1\n2,0\n7,1\n");
        string[] more = json ? ["--json"] : [];
        string[][] lines =
        [
            ["logistic", "fit", table, "--beta", "0.01", .. more],
            ["inspect", $"/nowhere/{Hostile}", .. more],
            ["inspect", Model(folder), .. more],
            [Hostile],
            ["train", $"--{Hostile}"],
        ];
        foreach (var line in lines)
        {
            var (_, said, error) = await Slim.Run(line);
            Assert.DoesNotContain(
                said + error,
                c => Harmless.Line($"{c}") != $"{c}" && c is not ('\n' or '\t' or '\r')
            );
            foreach (var result in json ? said.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [])
                Assert.NotNull(JsonNode.Parse(result));
        }
        var (_, shown, _) = await Slim.Run("logistic", "fit", table, "--beta", "0.01");
        Assert.Contains("u001b[31mred", shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_file_that_was_found_hostile_is_printed_harmlessly()
    {
        var network = Machine.SharedPath("cases", "files", "escape-in-names.onnx");
        var (code, said, error) = await Slim.Run("import", network, "--out", Path.Combine(Machine.Folder(), "o.slim"));
        Assert.True(code is 0 or 2, error);
        Assert.DoesNotContain('\x1b', said + error);
    }

    // A file whose provenance and node names command the terminal.
    private static string Model(string folder)
    {
        var path = Path.Combine(folder, "hostile.slim");
        var b = new SlimSharp.Networks.NetworkBuilder(Hostile, new SlimSharp.Networks.Shape(4));
        var network = b.Build(b.Node(Hostile, new SlimSharp.Networks.Linear(2), b.Input));
        using var file = new SlimSharp.Formats.SlimFile
        {
            Network = network,
            Weights = SlimSharp.Models.Initialization.Draw(network, 1),
            Provenance = new Dictionary<string, string> { [Hostile] = Hostile },
        };
        file.Save(path);
        return path;
    }
}
