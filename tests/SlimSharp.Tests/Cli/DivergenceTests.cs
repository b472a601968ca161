using System.Text.Json.Nodes;

namespace SlimSharp.Tests.Cli;

/// <summary>Numbers that are none: a training that diverges, weights that are NaN, too few images.</summary>
[Collection(nameof(Alone))]
public class DivergenceTests
{
    [Fact]
    public async Task A_training_that_diverges_keeps_its_folder_and_says_what_to_do()
    {
        var output = Path.Combine(Machine.Folder(), "run");
        var (code, _, error) = await Slim.Run(Slim.Train(output, "--lr", "1e30"));
        Assert.Equal(2, code);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Contains("no longer a number in epoch 1", error);
        Assert.Contains("--lr", error);
        Assert.Contains(output, error);
        Assert.True(File.Exists(Path.Combine(output, "run.json")));
        Assert.True(File.Exists(Path.Combine(output, "record.json")));
    }

    [Fact]
    public async Task One_training_image_is_refused()
    {
        var folder = Machine.Folder();
        var data = SlimSharp.Data.DataSource.Read(new() { Path = Slim.Images, Validation = 0 });
        SlimSharp.Data.Idx.Write(Path.Combine(folder, "one"), "train", data.Train!.Subset([0]));
        SlimSharp.Data.Idx.Write(Path.Combine(folder, "one"), "t10k", data.Test!.Subset([0, 1, 2]));
        foreach (var share in (string[])["0", "0.1", "0.9"])
        {
            var (code, said, error) = await Slim.Run([
                .. Slim.Train(Path.Combine(folder, "out"))[..5],
                "--data",
                Path.Combine(folder, "one"),
                "--pad",
                "32",
                "--validation",
                share,
                "--out",
                Path.Combine(folder, "out"),
            ]);
            Assert.True(code == 2, said + error);
            Assert.Single(error.Trim().Split('\n'));
        }
        Assert.False(Directory.Exists(Path.Combine(folder, "out")));
    }

    [Fact]
    public async Task Weights_that_are_no_numbers_crash_no_command()
    {
        var folder = Machine.Folder();
        var (model, whole, images) = (
            Path.Combine(folder, "nan.slim"),
            Path.Combine(folder, "whole.slim"),
            Path.Combine(folder, "images")
        );
        Small.Images(images);
        Small.File(whole);
        foreach (var value in (double[])[double.NaN, double.PositiveInfinity])
        {
            Small.File(model, weights => Spoil(weights, value));
            string[][] lines =
            [
                ["inspect", model],
                ["evaluate", model, "--data", images],
                ["verify", model],
                ["verify", model, "--against", whole],
                ["diff", whole, model],
                ["prune", model, "--ratio", "0.5", "--out", $"{folder}/cut.slim"],
                ["prune", model, "--zeros", "--out", $"{folder}/cut.slim"],
                ["prune", model, "--ratio", "0.5", "--criterion", "l1", "--out", $"{folder}/cut.slim"],
                ["retrain", model, "--data", images, "--epochs", "1", "--out", $"{folder}/run"],
                ["export", model, "--onnx", $"{folder}/nan.onnx"],
                ["quantize", model, "--data", images, "--onnx", $"{folder}/nan8.onnx"],
                ["report", model, "--out", $"{folder}/report.html"],
                ["inspect", model, "--curve", "--data", images],
                ["inspect", model, "--lambda-range", "--penalty", "l1", "--data", images],
            ];
            foreach (var line in lines.SelectMany(l => (string[][])[l, [.. l, "--json"]]))
            {
                var (code, said, error) = await Slim.Run([.. line, "--threads", "1"]);
                Assert.True(code is 0 or 1 or 2, $"{string.Join(' ', line)} ended with {code}: {error}");
                Assert.DoesNotContain("   at ", said + error);
            }
        }
    }

    [Fact]
    public async Task A_number_that_is_none_is_null_in_json_and_why_stands_beside()
    {
        var folder = Machine.Folder();
        var (model, images) = (Path.Combine(folder, "nan.slim"), Path.Combine(folder, "images"));
        Small.Images(images);
        Small.File(model, weights => Spoil(weights, double.NaN));
        var (code, said, _) = await Slim.Run("evaluate", model, "--data", images, "--json", "--threads", "1");
        Assert.Equal(0, code);
        var result = JsonNode.Parse(said.Trim().Split('\n')[^1])!.AsObject();
        Assert.True(result.ContainsKey("loss"));
        Assert.Null(result["loss"]);
        Assert.Equal("not a number", (string?)result["lossReason"]);
    }

    private static void Spoil(SlimSharp.Models.Weights weights, double value)
    {
        foreach (var name in weights.Names.Where(n => weights[n].dim() > 1).ToArray())
            weights[name] = TorchSharp.torch.full_like(weights[name], value);
    }
}
