using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using TorchSharp;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>ONNX files on the command line, on a part of the sample.</summary>
[Collection(nameof(Alone))]
public class OnnxCommandTests
{
    [Theory]
    [InlineData(3, "a", "b", "c")]
    [InlineData(0, "a", "b")]
    [InlineData(0, "a", "b", "c", "d")]
    [InlineData(0, "a", "b", "a")]
    public async Task Names_of_classes_that_are_no_names_of_its_outputs_are_left_out_with_a_warning(
        int kept,
        params string[] names
    )
    {
        var folder = Machine.Folder();
        var (small, onnx, back) = (
            Path.Combine(folder, "a.slim"),
            Path.Combine(folder, "a.onnx"),
            Path.Combine(folder, "b.slim")
        );
        Small.File(small);
        using (var file = SlimSharp.Formats.SlimFile.Load(small))
            OnnxExport.Of(file with { Classes = names }).Save(onnx);
        var lines = await Json("import", onnx, "--out", back);
        var warnings = string.Concat(lines.Select(l => (string?)l["warning"]));
        Assert.Equal(kept == 0, warnings.Contains($"name {names.Length} classes", StringComparison.Ordinal));
        using var read = SlimSharp.Formats.SlimFile.Load(back);
        Assert.Equal(kept, read.Classes.Count);
    }

    [Fact]
    public async Task Export_quantize_import_prune()
    {
        var folder = Machine.Folder();
        string In(string name) => Path.Combine(folder, name);
        await Json(Train(In("a")));
        var exported = (await Json("export", In("a"), "--onnx", In("a.onnx"), "--pixels", "bytes")).Single();
        Assert.InRange((double)exported["difference"]!, 0, 1e-5);
        var quantized = (
            await Json(
                "quantize",
                In("a"),
                "--images",
                "64",
                "--calibration",
                "percentile",
                "--reduced-range",
                "--threads",
                "1"
            )
        ).Single();
        Assert.Equal(Path.Combine(In("a"), "int8.onnx"), (string?)quantized["file"]);
        Assert.InRange((double)quantized["accuracy"]! - (double)quantized["accuracyBefore"]!, -0.03, 0.03);
        Assert.True((long)quantized["bytes"]! < 0.6 * (long)quantized["bytesBefore"]!); // small layers are mostly names

        await Json("import", In("a.onnx"), "--out", In("bytes.slim"));
        using (var whole = SlimSharp.Formats.SlimFile.Load(Path.Combine(In("a"), "model.slim")))
        using (var back = SlimSharp.Formats.SlimFile.Load(In("bytes.slim")))
            Assert.Equal(whole.Normalization, back.Normalization);

        await Json("export", In("a"), "--onnx", In("b.onnx"));
        var imported = (
            await Json(
                "import",
                In("b.onnx"),
                "--out",
                In("b.slim"),
                "--restore-batchnorm",
                "--record-data",
                "--data",
                Images,
                "--pad",
                "32"
            )
        ).Single();
        Assert.Equal(8, (int)imported["batchNorms"]!);
        Assert.InRange((double)imported["difference"]!, 0, 1e-5);
        var (before, after) = (
            (await Json("evaluate", In("a"))).Single(),
            (await Json("evaluate", In("b.slim"))).Single()
        );
        Assert.Equal((double)before["accuracy"]!, (double)after["accuracy"]!);
        await Json("prune", In("b.slim"), "--macs", "0.7", "--out", In("c.slim"));
        await Json("export", In("c.slim"), "--onnx", In("c.onnx"));
    }

    [Fact]
    public async Task What_onnx_runtime_does_not_compute_is_not_imported()
    {
        var folder = Machine.Folder();
        string In(string name) => Path.Combine(folder, name);
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network);
        using (torch.no_grad())
            weights["classifier.bias"].fill_(float.NaN);
        OnnxExport.Of(network, weights).Save(In("broken.onnx"));
        File.WriteAllText(In("b.slim"), "what was there before");
        var (code, _, error) = await Run("import", In("broken.onnx"), "--out", In("b.slim"));
        Assert.Equal(2, code);
        Assert.Contains($"{In("broken.onnx")}: Outputs of the network or of ONNX Runtime are no numbers.", error);
        Assert.Equal("what was there before", File.ReadAllText(In("b.slim")));
    }

    [Fact]
    public async Task Seven_bits_or_eight_are_measured_or_said()
    {
        var folder = Machine.Folder();
        string In(string name) => Path.Combine(folder, name);
        await Json(TrainFor("1", In("a")));
        async Task<int> Bits(params string[] more) =>
            (int)
                (await Json(["quantize", In("a"), "--images", "64", "--threads", "1", .. more])).Single()[
                    "weightBits"
                ]!;
        Assert.Equal(7, await Bits("--reduced-range"));
        Assert.Equal(8, await Bits("--full-range"));
        if (Processor.AddsByteProductsExactly)
            Assert.Equal(8, await Bits());
    }

    [Theory]
    [InlineData("exclude each other", "quantize", "a", "--reduced-range", "--full-range")]
    [InlineData("--onnx FILE or", "export", "a")]
    [InlineData("go with --onnx", "export", "a", "--pytorch", "x", "--pixels", "bytes")]
    [InlineData("no such.onnx", "import", "no such.onnx", "--out", "x")]
    [InlineData("--out FILE", "import", "README.md")]
    [InlineData("--percentile goes with", "quantize", "a", "--percentile", "99")]
    public async Task Wrong_input_is_told_in_a_sentence(string part, params string[] arguments)
    {
        var (code, _, error) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.DoesNotContain(" at ", error);
        Assert.Contains(part, error);
    }
}
