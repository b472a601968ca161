using System.Text.RegularExpressions;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// A folder of runs of which one is damaged: it is named with the reason, and the others are shown all the same.
/// </summary>
[Collection(nameof(Alone))]
public partial class DamagedRunTests
{
    private static readonly Lazy<Task<string>> s_runs = new(async () =>
    {
        var root = Machine.Folder();
        foreach (var name in (string[])["good", "bad"])
            await Json(TrainFor("1", Path.Combine(root, name), "--penalty", "l1", "--lambda", "1e-3"));
        return root;
    });

    [Theory]
    [InlineData("run.json", "", "there is nothing in it")]
    [InlineData("run.json", "null", "it is null")]
    [InlineData("run.json", "[1, 2]", "it is not what belongs there")]
    [InlineData("run.json", "{\n\"command\": \"train\",\n", "it is cut short")]
    [InlineData("run.json", "{\n\"command\": train }", "in line 2")]
    [InlineData("run.json", "{ \"command\": \"train\", \"command\": \"train\" }", "'command' is there twice")]
    [InlineData("run.json", "{ \"command\": \"train\", \"model\": \"vgg11\" }", "'data', 'training' are missing")]
    [InlineData("run.json", "{ \"command\": \"train\", \"threads\": \"many\" }", "threads: it is not a number")]
    [InlineData("record.json", "{ \"threads\": 0.5 }", "threads: it is not a whole number")]
    [InlineData("record.json", "{ \"arguments\": \"--model\" }", "arguments: it is not a list")]
    [InlineData("record.json", "{", "it is cut short")]
    [InlineData("record.json", "{ \"seed\": \"1\" }", "seed: it is not a number")]
    [InlineData("model.slim", "no tensors here", "it has no header of a .slim file")]
    [InlineData("model.slim", "x", "it is cut short")]
    public async Task A_list_names_what_is_damaged_and_shows_the_others(string file, string content, string why)
    {
        var root = await s_runs.Value;
        var path = Path.Combine(root, "bad", file);
        using var damage = new Damaged(path, content);
        foreach (
            var condition in (string[][])
                [
                    [],
                    ["--where", "model=vgg11"],
                ]
        )
        {
            var (code, said, error) = await Slim.Run(["runs", root, .. condition]);
            Assert.Equal((0, ""), (code, error));
            var lines = said.Split('\n');
            Assert.Contains(lines, l => l.Contains("good") && l.Contains(" done "));
            Assert.DoesNotContain(lines, l => l.Contains("bad") && l.Contains(" done "));
            Assert.Contains(lines, l => l.Contains($"{path} is damaged") && l.Contains(why));
            Assert.DoesNotMatch(TypeName, said);
        }
        var rows = await Json("runs", root);
        Assert.Contains(why, (string)rows[0]["damage"]!);
        Assert.Equal((false, true), ((bool)rows[0]["finished"]!, (bool)rows[1]["finished"]!));
        Assert.Null(rows[1]["damage"]);
    }

    [Theory]
    [InlineData("run.json", "{ \"command\": \"train\" }")]
    [InlineData("record.json", "{ \"threads\": 0.5 }")]
    [InlineData("metrics.jsonl", "{ \"epoch\": \"one\" }")]
    [InlineData("scales.jsonl", "{ \"epoch\": 0, \"layers\": {} }")]
    [InlineData("scales.jsonl", "")]
    [InlineData("scales.jsonl", "{ \"epoch\": 2, \"layers\": {} }\n{ \"epoch\": 2, \"layers\": {} }")]
    [InlineData("record.json", "")]
    [InlineData("model.slim", "no tensors here")]
    [InlineData("pruned.slim", "no tensors here")]
    public async Task A_report_names_what_is_damaged_and_shows_the_others(string file, string content)
    {
        var root = await s_runs.Value;
        var (path, page) = (Path.Combine(root, "bad", file), Path.Combine(Machine.Folder(), "page.html"));
        using var damage = new Damaged(path, content);
        var (code, said, error) = await Slim.Run("report", root, "--no-measuring", "--out", page);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"Warning: {path}", said);
        var text = await File.ReadAllTextAsync(page);
        Assert.Contains("<title>", text);
        Assert.Contains(path, text);
        Assert.Contains("good", text);
        foreach (var words in (string[])[said, text])
            Assert.DoesNotMatch(TypeName, words);
    }

    [Theory]
    [InlineData("run.json", "", "it is not what belongs there")]
    [InlineData("run.json", "{\"command\":\"train\",\"training\":{\"optimizer\":", "it is not what belongs there")]
    [InlineData("record.json", "{\"versions\":", "it is not names with their values")]
    [InlineData("metrics.jsonl", "", "it is not what belongs there")]
    [InlineData("metrics.jsonl", "{\"measures\":", "it is not names with their values")]
    public async Task What_is_nested_deep_is_told_without_the_names_of_types(string file, string before, string why)
    {
        const int Levels = 100_000;
        var root = await s_runs.Value;
        var (path, page) = (Path.Combine(root, "bad", file), Path.Combine(Machine.Folder(), "page.html"));
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"kind\":\"sgd\",\"zzz\":", "}") })
        {
            var nest = string.Concat(Enumerable.Repeat(open, Levels)) + "1" + new string(close[0], Levels);
            using var damage = new Damaged(path, before + nest + new string('}', before.Count(c => c == '{')));
            var (code, said, error) = await Slim.Run("report", root, "--no-measuring", "--out", page);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains($"Warning: {path}", said);
            if (open == "[")
                Assert.Contains(why, said);
            Assert.DoesNotMatch(TypeName, said);
            Assert.DoesNotMatch(TypeName, (await Slim.Run("runs", root)).Output);
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_says_what_of_it_was_damaged()
    {
        var run = Path.Combine(Machine.Folder(), "run");
        await Json(TrainFor("1", run));
        File.Delete(Path.Combine(run, "model.slim"));
        string[] files = [Path.Combine(run, "record.json"), Path.Combine(run, "scales.jsonl")];
        foreach (var file in files)
            await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var (code, said, error) = await Slim.Run("train", "--resume", run);
        Assert.Equal(0, code);
        foreach (var file in files)
            Assert.Contains($"{file} is damaged (there is nothing in it).", said + error);
    }

    [Fact]
    public async Task Nothing_but_a_damaged_model_is_no_report()
    {
        var root = await s_runs.Value;
        var path = Path.Combine(root, "bad", "model.slim");
        var page = Path.Combine(Machine.Folder(), "page.html");
        using var damage = new Damaged(path, "no tensors here");
        var (code, _, error) = await Slim.Run("report", Path.Combine(root, "bad"), "--no-measuring", "--out", page);
        Assert.Equal(2, code);
        Assert.Contains(path, error);
        Assert.False(File.Exists(page));
    }

    [GeneratedRegex(
        @"SlimSharp\.(?!Tests|Cli/)[A-Z]\w*\.|System\.[A-Z]|JSON deserialization|RunOptions|EpochMetrics|configured depth"
    )]
    private static partial Regex TypeName { get; }

    /// <summary>A file with other content, until it is disposed.</summary>
    private sealed class Damaged : IDisposable
    {
        private readonly string _path;
        private readonly byte[]? _content;

        internal Damaged(string path, string content)
        {
            (_path, _content) = (path, File.Exists(path) ? File.ReadAllBytes(path) : null);
            File.WriteAllText(path, content);
        }

        public void Dispose()
        {
            if (_content is null)
                File.Delete(_path);
            else
                File.WriteAllBytes(_path, _content);
        }
    }
}
