using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Cli;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Regularizers;

namespace SlimSharp.Tests.Cli;

/// <summary>The list of regularisers on the command line and in run folders.</summary>
[Collection(nameof(Alone))]
public class RegularizerCommandTests
{
    private static string At(params string[] parts) => Path.Combine([Machine.Folder(), .. parts]);

    private static string[] Listed(string run) =>
        [
            .. JsonNode
                .Parse(File.ReadAllText(Path.Combine(run, "run.json")))!["regularizers"]
                ?.AsArray()
                .Select(t => (string)t!)
                ?? [],
        ];

    private static string Weights(string run)
    {
        using var file = SlimFile.Load(Path.Combine(run, "model.slim"));
        return file.Weights.Hash();
    }

    [Fact]
    public async Task Any_of_them_combine_and_two_of_one_kind_too()
    {
        var run = At("run");
        await Slim.Json(
            Slim.TrainFor(
                "1",
                run,
                "--regularizer",
                "prox:penalty=tl1:a=1,lambda=0.01",
                "--regularizer",
                "prox:penalty=l1,lambda=0.02,step=published mixup:alpha=0.2",
                "--label-smoothing",
                "0.1"
            )
        );
        string[] expected =
        [
            "prox:penalty=tl1:a=1,step=effective,lambda=0.01",
            "prox:penalty=l1,step=published,lambda=0.02",
            "mixup:alpha=0.2",
        ];
        Assert.Equal(expected, Listed(run));
        var metrics = JsonNode.Parse(File.ReadAllLines(Path.Combine(run, "metrics.jsonl"))[^1])!;
        Assert.Equal(["penalty", "penalty (2)"], metrics["measures"]!.AsObject().Select(m => m.Key));
        var found = await Slim.Json(
            "runs",
            Path.GetDirectoryName(run)!,
            "--where",
            "alpha=0.2",
            "--where",
            "lambda=0.02"
        );
        Assert.Equal("l1", (string)Assert.Single(found)["settings"]!["prox-2.penalty"]!);
        var report = await File.ReadAllTextAsync(Path.Combine(run, "report.html"));
        Assert.Contains("tl1:a=1, λ = 0.01, proximal; l1, λ = 0.02, proximal; mixup:alpha=0.2", report);
    }

    public static TheoryData<string, string, string> Shorthands =>
        new()
        {
            { "train", "--penalty tl1:a=1 --lambda 1e-3", "subgradient:penalty=tl1:a=1,lambda=0.001" },
            {
                "train",
                "--method prox --prox-step published --penalty scad:knee=0.75,flat=0.375 --lambda 2",
                "prox:penalty=scad:knee=0.75,flat=0.375,step=published,lambda=2"
            },
            { "train", "--method splitting --preset preresnet164", "splitting:penalty=l1,beta=0.25,lambda=0.002" },
            {
                "train",
                "--method variational --kl-weight 0.1 --sigma-lr 0.0001 --kl-warmup 0",
                "variational:sigma=0.005,rate=0.0001,momentum=0.9,weight=0.1,warmup=0,mean-below=0.02,sigma-below=0.01"
            },
            {
                "train",
                "--penalty l1 --target-macs 0.4 --accuracy-band 5 --keep-zeros",
                "subgradient:penalty=l1 steering:target-macs=0.4,band=0.05,factor=1.5 zeros"
            },
            {
                "retrain",
                "--teacher {file} --temperature 2 --regularizer mixup:alpha=1",
                "distillation:teacher={file},temperature=2,weight=1 mixup:alpha=1"
            },
        };

    [Theory]
    [MemberData(nameof(Shorthands))]
    public async Task Options_for_single_ones_say_what_they_stand_for_and_that_trains_the_same(
        string command,
        string options,
        string meaning
    )
    {
        var folder = Machine.Folder();
        string In(string name) => Path.Combine(folder, name);
        Small.File(In("small.slim"));
        Small.Images(In("images"));
        string Full(string text) => text.Replace("{file}", In("small.slim"), StringComparison.Ordinal);
        string[] Line(string output) =>
            command == "train"
                ? $"train --model vgg11 --width 0.02 --pad 32 --data {In("images")} --batch 8 --epochs 1 --threads 1 --out {In(output)}".Split(
                    ' '
                )
                : $"retrain {In("small.slim")} --data {In("images")} --batch 8 --epochs 1 --threads 1 --out {In(output)}".Split(
                    ' '
                );
        var (code, said, error) = await Slim.Run([.. Line("short"), .. Full(options).Split(' ')]);
        Assert.True(code == 0, error);
        var texts = RegularizerText.ParseAll([Full(meaning)]).Select(t => $"{t}").ToArray();
        foreach (var text in texts.Where(t => !options.Contains(t, StringComparison.Ordinal)))
            Assert.Contains($"--regularizer {text}", said);
        Assert.Equal(texts, Listed(In("short")));
        (code, said, error) = await Slim.Run([
            .. Line("long"),
            .. texts.SelectMany(t => (string[])["--regularizer", t]),
        ]);
        Assert.True(code == 0, error);
        Assert.DoesNotContain(" for --regularizer", said);
        Assert.Equal(
            File.ReadAllText(Path.Combine(In("short"), "run.json")),
            File.ReadAllText(Path.Combine(In("long"), "run.json"))
        );
        Assert.Equal(Weights(In("short")), Weights(In("long")));
    }

    public static TheoryData<string, string> Earlier =>
        new()
        {
            { "\"penalty\": null, \"lambda\": 0, \"method\": { \"kind\": \"Subgradient\" }", "" },
            { "\"penalty\": \"tl1:a=1\", \"lambda\": 0.001", "subgradient:penalty=tl1:a=1,lambda=0.001" },
            {
                "\"penalty\": \"l1\", \"lambda\": 0.5, \"method\": { \"kind\": \"Prox\", \"bareStep\": true }",
                "prox:penalty=l1,step=published,lambda=0.5"
            },
            {
                "\"penalty\": \"l1\", \"lambda\": 0.2, \"method\": { \"kind\": \"Splitting\", \"bareStep\": false, \"coupling\": 100 }",
                "splitting:penalty=l1,beta=100,lambda=0.2"
            },
            {
                "\"lambda\": 0, \"method\": { \"kind\": \"Variational\", \"variational\": { \"deviation\": 0.003, \"rate\": 0.02, \"momentum\": 0.8, \"weight\": 0.5, \"warmUp\": 0.1, \"meanThreshold\": 0.03, \"deviationThreshold\": 0.04 } }",
                "variational:sigma=0.003,rate=0.02,momentum=0.8,weight=0.5,warmup=0.1,mean-below=0.03,sigma-below=0.04"
            },
            {
                "\"penalty\": \"l1\", \"lambda\": 0, \"method\": { \"kind\": \"Prox\", \"steering\": { \"targetMacs\": 0.4, \"accuracyBand\": 0.02, \"factor\": 2 } }",
                "prox:penalty=l1,step=effective steering:target-macs=0.4,band=0.02,factor=2"
            },
            {
                "\"lambda\": 0, \"recovery\": { \"teacher\": \"a, b/c.slim\", \"temperature\": 3, \"teacherWeight\": 0.5, \"keepZeros\": true, \"fromScratch\": true }",
                "distillation:teacher=a, b/c.slim,temperature=3,weight=0.5 zeros"
            },
        };

    // The options of a run with other members beside.
    private static JsonObject Options(string members)
    {
        var options = JsonNode
            .Parse(
                new RunOptions
                {
                    Command = "train",
                    Model = "vgg11",
                    Data = new() { Path = "x" },
                    Training = new(),
                    Threads = 1,
                }.ToJson()
            )!
            .AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{ {members} }}")!.AsObject())
            options[name] = value?.DeepClone();
        return options;
    }

    [Theory]
    [MemberData(nameof(Earlier))]
    public void Runs_that_began_before_there_was_a_list_are_read_into_one(string old, string meaning)
    {
        var read = RunOptions.FromJson(Options(old).ToJsonString());
        Assert.Equal(meaning, string.Join(' ', read.Regularizers ?? []));
        Assert.Equal(old.Contains("fromScratch", StringComparison.Ordinal) ? true : null, read.FromScratch);
        var written = JsonNode.Parse(read.ToJson())!.AsObject();
        foreach (var name in (string[])["penalty", "lambda", "method", "recovery"])
            Assert.False(written.ContainsKey(name), name);
        Assert.Equal(read.ToJson(), RunOptions.FromJson(read.ToJson()).ToJson());
        // Listed by the same names as new ones.
        var settings = RunSettings.Of(Options(old));
        Assert.Equal(RunSettings.Of(written), settings);
        Assert.Equal(meaning.Length > 0 ? meaning : null, settings.GetValueOrDefault("regularizer"));
    }

    [Theory]
    [InlineData("\"penalty\": \"l9\", \"lambda\": 1", "There is no penalty 'l9'")]
    [InlineData("\"penalty\": \"l1\", \"lambda\": 0", "lambda=0, but that must be positive")]
    [InlineData("\"penalty\": \"l1\", \"lambda\": 1, \"method\": { \"kind\": 9 }", "method.kind is 9")]
    [InlineData("\"penalty\": \"l1\", \"lambda\": 1, \"method\": { \"kind\": \"Splitting\" }", "lacks its coupling")]
    [InlineData("\"regularizers\": [\"mixup:alpha=-1\"]", "alpha=-1, but that must be positive")]
    [InlineData("\"regularizers\": [\"strange\"]", "There is no regulariser 'strange'")]
    public void What_they_say_is_checked_as_it_is_read(string old, string sentence)
    {
        var error = Assert.Throws<JsonException>(() => RunOptions.FromJson(Options(old).ToJsonString()));
        Assert.Contains(sentence, error.Message);
    }

    [Fact]
    public async Task A_run_that_began_before_there_was_a_list_goes_on_to_the_same_bits()
    {
        var (whole, stopped) = (At("whole"), At("stopped"));
        string[] method = ["--method", "splitting", "--penalty", "l1", "--lambda", "1", "--beta", "10"];
        await Slim.Json(Slim.Train(whole, method));
        await Slim.Json(Slim.Train(stopped, method));
        // As the first epoch left it, with the options that an earlier version wrote.
        File.Delete(Path.Combine(stopped, "model.slim"));
        File.Move(Path.Combine(stopped, "former.slim"), Path.Combine(stopped, "last.slim"), overwrite: true);
        var options = JsonNode.Parse(File.ReadAllText(Path.Combine(stopped, "run.json")))!.AsObject();
        options.Remove("regularizers");
        options["penalty"] = "l1";
        options["lambda"] = 1;
        options["method"] = JsonNode.Parse("{ \"kind\": \"Splitting\", \"bareStep\": false, \"coupling\": 10 }");
        File.WriteAllText(Path.Combine(stopped, "run.json"), options.ToJsonString());
        await Slim.Json(Slim.Train(stopped, method)); // the same command goes on
        Assert.Equal(Weights(whole), Weights(stopped));
    }

    [Theory]
    [InlineData("mixup", "--regularizer: The regulariser 'mixup' lacks its parameter 'alpha'")]
    [InlineData("steering:target-macs=0.5", "there is none")]
    [InlineData("distillation:teacher=nowhere", "There is no file or run folder 'nowhere'")]
    public async Task What_is_wrong_with_one_is_a_sentence_and_begins_no_run(string text, string sentence)
    {
        var run = At("run");
        var (code, _, error) = await Slim.Run(Slim.TrainFor("1", run, "--regularizer", text));
        Assert.Equal(2, code);
        Assert.Contains(sentence, error);
        Assert.False(Directory.Exists(run));
    }
}
