using SlimSharp.Data;
using SlimSharp.Formats;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// Images of another kind than a network takes: told in one sentence by every command, and no accuracy that means
/// nothing.
/// </summary>
[Collection(nameof(Alone))]
public class UnfitImagesTests
{
    private readonly string _folder = Machine.Folder();

    [Theory]
    [InlineData("--pad 32", "images are 1×32×32, but small takes 1×28×28")]
    [InlineData("--channels 3", "images are 3×28×28, but small takes 1×28×28")]
    [InlineData("", "has 10 classes, but small was made for 4")]
    public async Task Every_command_gives_the_same_sentence(string form, string sentence)
    {
        var classes = form == "" ? 4 : 10;
        var file = Unstated.Write(In("a.slim"), Unstated.Classifier(classes), Normalization.Unit(1));
        foreach (
            var command in new[]
            {
                "evaluate {0}",
                "quantize {0} --onnx {1}",
                "inspect {0} --curve",
                "prune {0} --ratio 0.3 --out {1}",
                "retrain {0} --epochs 1 --out {1}",
            }
        )
        {
            var line = $"{string.Format(null, command, file, In("out"))} --data {Images} {form}".Trim();
            var (code, _, error) = await Run(line.Split(' '));
            Assert.Equal((2, line), (code, line));
            Assert.Contains(sentence, error);
            Assert.False(Path.Exists(In("out")));
        }
    }

    [Fact]
    public async Task Without_a_vector_of_classes_the_file_is_written_and_no_accuracy_told()
    {
        foreach (var network in new[] { Unstated.Segmenter(), Unstated.Twofold(others: 4) })
        {
            var file = Unstated.Write(In($"{network.Name}.slim"), network, Normalization.Unit(1));
            var onnx = In($"{network.Name}.onnx");
            var quantized = (await Json($"quantize {file} --data {Images} --images 16 --threads 1 --onnx {onnx}"))[0];
            Assert.Null(quantized["accuracy"]);
            Assert.Null(quantized["accuracyBefore"]);
            Assert.Null(quantized["sameClass"]);
            Assert.Contains("not", (string?)quantized["whyNoAccuracy"]);
            Assert.InRange((double)quantized["difference"]!, 0, 0.05);
            Assert.True(File.Exists(onnx));
            var (code, _, error) = await Run("evaluate", file, "--data", Images);
            Assert.Equal(2, code);
            Assert.Contains("there is no accuracy to measure", error);
            var cut = (await Json($"prune {file} --data {Images} --ratio 0.3 --out {In("cut.slim")}"))[0];
            Assert.Null(cut["accuracyAfter"]);
            Assert.NotNull(cut["whyNoAccuracy"]);
        }
    }

    [Fact]
    public async Task Of_several_outputs_each_is_measured_and_accuracy_is_their_mean()
    {
        var file = Unstated.Write(In("twofold.slim"), Unstated.Twofold(), Normalization.Unit(1));
        var measured = (await Json($"evaluate {file} --data {Images}"))[0];
        var (one, other) = (
            (double)measured["measures"]!["accuracy one"]!,
            (double)measured["measures"]!["accuracy other"]!
        );
        Assert.NotEqual(one, other);
        Assert.Equal((one + other) / 2, (double)measured["accuracy"]!, 12);
        var quantized = (await Json($"quantize {file} --data {Images} --images 16 --threads 1 --onnx {In("a.onnx")}"))[
            0
        ];
        Assert.Equal((double)measured["accuracy"]!, (double)quantized["accuracyBefore"]!, 2);
        Assert.NotNull(
            (await Json($"prune {file} --data {Images} --ratio 0.3 --out {In("cut.slim")}"))[0]["accuracyAfter"]
        );
    }

    [Fact]
    public void Eight_bits_that_are_slower_are_told()
    {
        Assert.Contains("7.500 ms in place of 1.900 ms", SlimSharp.Cli.Quantization.Slower(1.9, 7.5));
        Assert.Null(SlimSharp.Cli.Quantization.Slower(1.9, 1.0));
    }

    [Fact]
    public async Task A_cut_is_written_whatever_became_of_the_data_that_its_file_names()
    {
        var path = In("a.slim");
        var network = Unstated.Classifier(classes: 4);
        foreach (var data in new[] { Images, In("gone"), null })
        {
            using (
                var file = new SlimFile
                {
                    Network = network,
                    Weights = SlimSharp.Models.Initialization.Draw(network, 5),
                    Normalization = Normalization.Unit(1),
                    Data = data is null ? null : new() { Path = data },
                }
            )
                file.Save(path);
            var target = In($"{(data is null ? "none" : Path.GetFileName(data))}.slim");
            var (code, output, error) = await Run("prune", path, "--ratio", "0.3", "--out", target);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("Accuracy was not measured: ", output);
            Assert.Equal(0, (await Run("verify", target, "--against", path)).Code);
        }
    }

    [Fact]
    public async Task An_import_with_images_of_other_classes_is_cut()
    {
        var (model, images) = (
            Machine.SharedPath("cases", "prune-after-import", "s_Rep.onnx"),
            Machine.SharedPath("cases", "classes-by-position", "base")
        );
        Assert.Equal(0, (await Run("import", model, "--data", images, "--out", In("a.slim"))).Code);
        var (code, output, _) = await Run("prune", In("a.slim"), "--ratio", "0.3", "--out", In("b.slim"));
        Assert.Equal(0, code);
        Assert.Contains("Accuracy was not measured", output);
        Assert.Equal(0, (await Run("verify", In("b.slim"), "--against", In("a.slim"))).Code);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
