using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Training;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>How images are normalised is a property of the file: stated once, never guessed.</summary>
[Collection(nameof(Alone))]
public class NormalizationCommandTests
{
    private readonly string _folder = Machine.Folder();

    [Theory]
    [InlineData("evaluate {file} --data {images}")]
    [InlineData("quantize {file} --data {images} --onnx {out}")]
    [InlineData("export {file} --data {images} --onnx {out}")]
    [InlineData("inspect {file} --data {images} --curve")]
    [InlineData("inspect {file} --data {images} --lambda-range --penalty l1")]
    [InlineData("prune {file} --data {images} --ratio 0.3 --out {out}")]
    [InlineData("prune {file} --recalibrate --ratio 0.3 --out {out}")]
    [InlineData("prune {file} --criterion taylor --ratio 0.3 --out {out}")]
    [InlineData("prune {file} --candidates 2 --ratio 0.3 --out {out}")]
    [InlineData("retrain {file} --data {images} --epochs 1 --out {out}")]
    [InlineData("iterate {file} --data {images} --epochs 1 --macs 0.5 --out {out}")]
    public async Task What_computes_on_images_and_is_not_told_how_they_are_normalised_refuses_and_says_how(string line)
    {
        var (file, output) = (Unstated.Write(In("a.slim"), Unstated.Classifier()), In("out"));
        var (code, _, error) = await Run(Words(line, file, output));
        Assert.Equal(2, code);
        Assert.Contains("a.slim does not say how images are normalised", error);
        Assert.Contains("--normalization (imagenet, ", error);
        Assert.False(Path.Exists(output));
    }

    [Fact]
    public async Task With_the_option_commands_compute_on_the_same_numbers_and_the_file_stays_as_it_is()
    {
        var path = Unstated.Write(In("a.slim"), Unstated.Classifier());
        var before = File.ReadAllBytes(path);
        string[] how = ["--data", Images, "--normalization", "signed", "--threads", "1"];
        using var file = SlimFile.Load(path);
        using var model = file.ToModel();
        var test = DataSource.Read(new() { Path = Images }).Test!;
        var score = Evaluation.Of(model, test, new([0.5], [0.5]));
        Assert.Equal(score.Loss, (double)(await Json(["evaluate", path, .. how]))[0]["loss"]!);
        var quantized = (await Json(["quantize", path, "--onnx", In("q.onnx"), "--images", "32", .. how]))[0];
        Assert.Equal(score.Accuracy, (double)quantized["accuracyBefore"]!, 0.011);
        await Json(["prune", path, "--ratio", "0.3", "--recalibrate", "--out", In("b.slim"), .. how]);
        await Json(["retrain", path, "--epochs", "1", "--augment", "none", "--out", In("r"), .. how]);
        Assert.Equal(before, File.ReadAllBytes(path));
        foreach (var made in new[] { In("b.slim"), Path.Combine(In("r"), "model.slim") })
        {
            using var stated = SlimFile.Load(made); // what is made of it says what was said
            Assert.Equal(new([0.5], [0.5]), stated.Normalization);
            var (code, _, error) = await Run("evaluate", made, "--data", Images, "--normalization", "unit");
            Assert.Equal(2, code);
            Assert.Contains("signed (mean 0.5, deviation 0.5), not unit", error);
        }
    }

    [Fact]
    public async Task New_weights_have_no_normalisation_yet_and_take_that_of_their_training_images()
    {
        var path = Unstated.Write(In("a.slim"), Unstated.Classifier());
        await Json($"retrain {path} --scratch epochs --data {Images} --epochs 1 --threads 1 --out {In("r")}");
        using var file = SlimFile.Load(Path.Combine(In("r"), "model.slim"));
        var train = DataSource.Read(new() { Path = Images }).NormalizationForTraining();
        Assert.Equal(train, file.Normalization);
    }

    [Fact]
    public async Task Import_keeps_what_is_said_and_makes_nothing_of_the_images_at_hand()
    {
        var path = Unstated.Write(In("a.slim"), Unstated.Classifier());
        await Json($"export {path} --onnx {In("a.onnx")}");
        async Task<SlimFile> Import(string more)
        {
            var (code, _, error) = await Run($"import {In("a.onnx")} --out {In("b.slim")} {more}".Trim().Split(' '));
            Assert.Equal((0, ""), (code, error));
            return SlimFile.Load(In("b.slim"));
        }
        using var plain = await Import($"--data {Images}");
        Assert.Equal((null, null, 0), (plain.Normalization, plain.Data, plain.Classes.Count));
        using var none = await Import("--normalization none");
        Assert.Null(none.Normalization);
        using var stated = await Import($"--data {Images} --record-data --mean 0.3 --deviation 0.4");
        Assert.Equal(new([0.3], [0.4]), stated.Normalization);
        Assert.NotNull(stated.Data);
        Assert.Equal(200, (int)(await Json("evaluate", In("b.slim")))[0]["images"]!);
        var refused = await Run("import", In("a.onnx"), "--out", In("c.slim"), "--restore-batchnorm", "--data", Images);
        Assert.Equal(2, refused.Code);
        Assert.Contains("does not say how images are normalised", refused.Error);
    }

    [Theory]
    [InlineData("--normalization unit --mean 0.5 --deviation 0.5", "takes the place of")]
    [InlineData("--normalization imagenet", "is for 3 channels")]
    [InlineData("--mean 0.5", "--deviation needs 1 numbers")]
    [InlineData("--mean 0.5 --deviation 0", "--deviation must be positive")]
    [InlineData("--normalization none", "can be")]
    public async Task Options_that_make_no_sense_are_told_in_a_sentence(string options, string part)
    {
        var path = Unstated.Write(In("a.slim"), Unstated.Classifier());
        var (code, _, error) = await Run($"evaluate {path} --data {Images} {options}".Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(part, error);
    }

    [Fact]
    public async Task A_teacher_that_does_not_say_it_is_refused_and_no_run_begun()
    {
        var student = Unstated.Write(In("a.slim"), Unstated.Classifier(), Normalization.Unit(1));
        var teacher = Unstated.Write(In("b.slim"), Unstated.Classifier());
        var (code, _, error) = await Run(
            $"retrain {student} --data {Images} --epochs 1 --teacher {teacher} --out {In("r")}".Split(' ')
        );
        Assert.Equal(2, code);
        Assert.Contains("b.slim does not say how images are normalised", error);
        Assert.False(Path.Exists(In("r")));
    }

    [Fact]
    public async Task Inspect_shows_it()
    {
        var (plain, stated) = (
            Unstated.Write(In("a.slim"), Unstated.Classifier()),
            Unstated.Write(In("b.slim"), Unstated.Classifier(), Normalization.Raw(1))
        );
        Assert.Contains("normalisation: not stated", (await Run("inspect", plain)).Output);
        Assert.Contains("normalisation: bytes (mean 0, deviation 0.00392157)", (await Run("inspect", stated)).Output);
        Assert.Null((await Json("inspect", plain))[0]["normalization"]);
        Assert.Equal("bytes", (string?)(await Json("inspect", stated))[0]["normalization"]!["name"]);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private static string[] Words(string line, string file, string output) =>
        [
            .. line.Split(' ')
                .Select(w => w.Replace("{file}", file).Replace("{images}", Images).Replace("{out}", output)),
        ];
}
