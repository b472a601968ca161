using System.Text.Json.Nodes;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>The commands, one after another, on a part of the sample.</summary>
[Collection(nameof(Alone))]
public class CommandTests
{
    [Fact]
    public async Task Train_inspect_prune_retrain_evaluate_verify_diff()
    {
        var folder = Machine.Folder();
        var (a, b) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"));
        var trained = await Json(Train(a, "--penalty", "tl1:a=1", "--lambda", "1e-3"));
        Assert.Equal([1, 2], trained.Where(l => l["epoch"] is not null).Select(l => (int)l["epoch"]!));
        Assert.Equal(
            [
                "former.slim",
                "last.slim",
                "metrics.jsonl",
                "model.slim",
                "record.json",
                "report.html",
                "run.json",
                "scales.jsonl",
            ],
            Directory.GetFiles(a).Select(Path.GetFileName).Order()
        );
        Assert.Equal(2, File.ReadAllLines(Path.Combine(a, "metrics.jsonl")).Length);
        Assert.Equal(
            ["subgradient:penalty=tl1:a=1,lambda=0.001"],
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(a, "run.json")))!["regularizers"]!
                .AsArray()
                .Select(t => (string)t!)
        );
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(a, "report.html")));

        var inspected = (await Json("inspect", a))[0];
        Assert.Equal((long)trained[^1]["parameters"]!, (long)inspected["parameters"]!);
        Assert.Contains("empty no layer", (await Slim.Run("inspect", a)).Output);

        var before = File.ReadAllBytes(Path.Combine(a, "model.slim"));
        var planned = (await Json("prune", a, "--ratio", "0.5", "--plan-only"))[0];
        Assert.NotNull(planned["plan"]);
        Assert.False(File.Exists(Path.Combine(a, "pruned.slim")));
        var pruned = (await Json("prune", a, "--ratio", "0.5", "--min-channels", "2"))[0];
        Assert.True((double)pruned["functionDifference"]! <= 1e-10);
        Assert.True((long)pruned["parameters"]! < (long)inspected["parameters"]!);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(a, "model.slim")));

        Assert.True((bool)(await Json("verify", Path.Combine(a, "pruned.slim"), "--against", a))[0]["holds"]!);
        await Json("retrain", a, "--epochs", "1", "--threads", "1", "--out", b);
        var checks = (await Json("verify", b, "--against", a))[0];
        Assert.True((bool)checks["holds"]!);
        Assert.Contains("trained since the cut", checks.ToJsonString());
        var evaluated = (await Json("evaluate", b))[0];
        Assert.Equal(200, (int)evaluated["images"]!);
        Assert.Equal((long)pruned["parameters"]!, (long)evaluated["parameters"]!);
        Assert.False((bool)(await Json("diff", a, b))[0]["equal"]!);
        Assert.True((bool)(await Json("diff", a, a))[0]["equal"]!);
        Assert.Equal(1, (await Slim.Run("verify", b, "--against", b)).Code);
    }

    [Fact]
    public async Task Weights_come_from_pytorch_and_go_back()
    {
        var folder = Machine.Folder();
        var (slim, back) = (Path.Combine(folder, "a.slim"), Path.Combine(folder, "a.pth"));
        var source = Machine.SharedPath("data", "pretrained", "resnet20-12fca82f.th");
        await Json(
            "convert",
            source,
            "--model",
            "resnet20",
            "--mean",
            "0.485,0.456,0.406",
            "--deviation",
            "0.229,0.224,0.225",
            "--out",
            slim
        );
        await Json("export", slim, "--pytorch", back);
        var (theirs, ours) = (SlimSharp.Formats.StateDict.Read(source), SlimSharp.Formats.StateDict.Read(back));
        Assert.Equal(theirs.Count, ours.Count);
        Assert.All(
            ours,
            t =>
                Assert.Equal(
                    0,
                    SlimSharp.Models.Numbers.RelativeDifference(t.Value, theirs[t.Key.Replace("fc.", "linear.")])
                )
        );
    }

    [Theory]
    [InlineData("vgg11", "vgg16")]
    [InlineData("resnet20b", "resnet32b")]
    [InlineData("mobilenetv1", "mobilenetv2")]
    public async Task Weights_of_another_network_of_the_zoo_are_told_by_its_name(string theirs, string asked)
    {
        var folder = Machine.Folder();
        var (slim, weights) = (Path.Combine(folder, "a.slim"), Path.Combine(folder, "a.pth"));
        var network = SlimSharp.Zoo.ZooEntry.Get(theirs, 7, 0.25);
        using var file = new SlimSharp.Formats.SlimFile
        {
            Network = network,
            Weights = SlimSharp.Models.Initialization.Draw(network, 3),
        };
        file.Save(slim);
        await Json("export", slim, "--pytorch", weights);
        var (code, _, error) = await Slim.Run("convert", weights, "--model", asked, "--width", "0.25", "--out", slim);
        Assert.Equal(2, code);
        Assert.Contains($"does not fit {asked}, but fits {theirs}", error);
        Assert.Contains($"give --model {theirs}.", error);
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task Pytorch_loads_what_is_exported()
    {
        var (slim, back) = (Path.Combine(Machine.Folder(), "a.slim"), Path.Combine(Machine.Folder(), "a.pth"));
        var network = SlimSharp.Zoo.CifarResNet.Create(20, width: 0.25);
        using var file = new SlimSharp.Formats.SlimFile
        {
            Network = network,
            Weights = SlimSharp.Models.Initialization.Draw(network, 3),
        };
        file.Save(slim);
        await Json("export", slim, "--pytorch", back);
        var script =
            "import torch,sys; d=torch.load(sys.argv[1]); print(len(d), float(d['fc.weight'].double().sum()), tuple(d['conv1.weight'].shape))";
        var output = Machine.Python("torch", script, back);
        var sum = file.Weights.Values("fc.weight").Sum();
        var words = output.Split(' ', 3);
        Assert.Equal($"{file.Weights.Names.Count}", words[0]);
        Assert.Equal(sum, double.Parse(words[1]), 1e-9);
        Assert.Equal("(4, 3, 3, 3)", words[2].Trim());
    }

    [Fact]
    public async Task Prune_train_on_with_the_momentum_and_prune_again()
    {
        var folder = Machine.Folder();
        var (a, b, c) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"), Path.Combine(folder, "c"));
        await Json(Train(a, "--penalty", "l1", "--lambda", "1e-3"));
        await Json("prune", a, "--ratio", "0.3", "--with-optimizer");
        using (var cut = SlimSharp.Formats.SlimFile.Load(Path.Combine(a, "pruned.slim")))
            Assert.Equal(
                cut.Network.Parameters()
                    .Where(p => p.Parameter.IsTrained)
                    .Select(p => "momentum." + p.Name)
                    .Order(StringComparer.Ordinal),
                cut.Optimizer.Names
            );
        string[] on = ["--data", Images, "--pad", "32", "--epochs", "1", "--lr", "1e-4", "--threads", "1"];
        await Json(["retrain", a, "--out", b, .. on]);
        await Json("prune", a, "--ratio", "0.3");
        await Json(["retrain", a, "--out", c, .. on]);
        using var withMomentum = SlimSharp.Formats.SlimFile.Load(Path.Combine(b, "model.slim"));
        using var without = SlimSharp.Formats.SlimFile.Load(Path.Combine(c, "model.slim"));
        Assert.NotEqual(without.Weights.Hash(), withMomentum.Weights.Hash());
        Assert.NotNull(withMomentum.Probe);
        Assert.Empty(withMomentum.Optimizer.Names);
        Assert.Empty(withMomentum.Methods.Names);
        Assert.Equal(0, (await Slim.Run("verify", b, "--against", a)).Code);
        await Json("prune", b, "--ratio", "0.3");
        Assert.Equal(0, (await Slim.Run("verify", Path.Combine(b, "pruned.slim"), "--against", b)).Code);
        // An optimiser of another kind cannot go on with it.
        await Json("prune", a, "--ratio", "0.3", "--with-optimizer");
        var (code, _, error) = await Slim.Run([
            "retrain",
            a,
            "--out",
            Path.Combine(folder, "d"),
            "--optimizer",
            "adamw",
            .. on,
        ]);
        Assert.Equal(2, code);
        Assert.Contains("lacks 'mean.", error);
    }

    [Fact]
    public async Task Weights_of_a_thinned_network_are_converted_and_cut_where_they_are_zero()
    {
        string Pretrained(string name) =>
            Machine.SharedPath("data", "pretrained", $"cifar10-resnet20-distiller-{name}.safetensors");
        var (thin, dead) = (Path.Combine(Machine.Folder(), "thin.slim"), Path.Combine(Machine.Folder(), "dead.slim"));
        string[] how = ["--model", "resnet20b", "--mean", "0.5,0.5,0.5", "--deviation", "0.5,0.5,0.5", "--out"];
        var (code, output, _) = await Slim.Run(["convert", Pretrained("ssl-channels-thinned"), .. how, thin]);
        Assert.Equal(0, code);
        Assert.Contains("7 layers are as wide as the weights: layer1.0.conv1 11, layer1.1.conv1 8", output);
        await Json(["convert", Pretrained("ssl-5layers-zeroed"), .. how, dead]);
        var cut = Path.Combine(Machine.Folder(), "cut.slim");
        (_, output, _) = await Slim.Run("prune", dead, "--zeros", "--out", cut);
        Assert.Contains("layer2.2.bn2 adds a constant to layer2.2.add: it goes, a shift per channel stays", output);
        Assert.Equal(0, (await Slim.Run("verify", cut, "--against", dead)).Code);
        (_, output, _) = await Slim.Run("prune", dead, "--zeros", "--drop-shifts", "--out", cut);
        Assert.Contains("Without the shifts of dead branches the outputs move by", output);
    }

    [Fact]
    public async Task Redirected_output_is_plain()
    {
        var (code, output, _) = await Slim.Run(Train(Path.Combine(Machine.Folder(), "a")));
        Assert.Equal(0, code);
        Assert.DoesNotContain('\x1b', output);
        Assert.DoesNotContain('\r', output);
        Assert.Contains("  2/2 ", output);
    }

    [Fact]
    public async Task The_demo_at_reduced_length_ends_with_its_table()
    {
        var folder = Path.Combine(Machine.Folder(), "demo");
        var (code, output, error) = await Slim.Run(
            "demo",
            "--epochs",
            "1",
            "--images",
            "200",
            "--threads",
            "1",
            "--out",
            folder
        );
        Assert.Equal((0, ""), (code, error));
        foreach (
            var row in new[]
            {
                "dense, without penalty",
                "trained with the penalty",
                "control: random channels cut",
                "cut and retrained",
                "before any retraining",
            }
        )
            Assert.Contains(row, output);
        Assert.True(File.Exists(Path.Combine(folder, "retrained", "report.html")));
    }

    [Fact]
    public async Task Help_teaches_and_data_lists()
    {
        var (code, output, _) = await Slim.Run("--help");
        Assert.Equal(0, code);
        foreach (var word in new[] { "slim demo", "slim train", "slim prune", "slim verify", "Exit codes" })
            Assert.Contains(word, output);
        var listed = await Json("data");
        Assert.Equal(SlimSharp.Data.DataSource.All.Select(s => s.Name), listed.Select(l => (string)l["name"]!));
        Assert.Equal(3, (await Json("data", Images)).Length);
        Assert.Contains("20,035,018 parameters", (await Slim.Run("inspect", "vgg19")).Output);
    }
}
