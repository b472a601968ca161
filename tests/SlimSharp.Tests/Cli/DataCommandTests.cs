using System.Diagnostics;
using System.Text.Json.Nodes;
using SlimSharp.Tests.Data;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class DataCommandTests
{
    private static Dictionary<string, (int Images, string Shape)> Sets(JsonNode[] lines) =>
        lines
            .Where(l => l["set"] is not null)
            .ToDictionary(l => (string)l["set"]!, l => ((int)l["images"]!, (string)l["shape"]!));

    [Fact]
    public async Task A_path_is_shown_as_training_with_the_same_options_would_see_it()
    {
        var sets = Sets(
            await Slim.Json(
                "data",
                Slim.Images,
                "--size",
                "20",
                "--pad",
                "24",
                "--channels",
                "3",
                "--validation",
                "0.2"
            )
        );
        Assert.Equal(["train", "validation", "test"], sets.Keys);
        Assert.Equal(300, sets["train"].Images + sets["validation"].Images);
        Assert.InRange(sets["validation"].Images, 55, 65);
        Assert.All(sets.Values, s => Assert.Equal("3×24×24", s.Shape));
        Assert.Equal(["train", "test"], Sets(await Slim.Json("data", Slim.Images, "--validation", "0")).Keys);
    }

    [Fact]
    public async Task A_single_file_of_records_is_split_by_shares()
    {
        byte[] records = [.. Enumerable.Range(0, 100).SelectMany(i => (byte[])[(byte)(i % 2), (byte)i, 0, 0, 0])];
        var path = DataFiles.Write("all.bin", records);
        string[] command = ["data", path, "--records", "1x2x2"];
        var sets = Sets(await Slim.Json([.. command, "--test", "0.2", "--validation", "0.25"]));
        Assert.Equal((60, 20, 20), (sets["train"].Images, sets["validation"].Images, sets["test"].Images));
        Assert.Equal(["test"], Sets(await Slim.Json(command)).Keys);
        var (code, _, error) = await Slim.Run([.. command, "--test", "1"]);
        Assert.Equal(2, code);
        Assert.Contains("--test is 1, but must be a share", error);
    }

    [Fact]
    public async Task Devices_and_pipes_are_no_data()
    {
        if (OperatingSystem.IsWindows())
            return;
        var pipe = Path.Combine(Machine.Folder(), "pipe");
        using (var make = Process.Start("mkfifo", pipe))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        foreach (var place in (string[])["/dev/zero", pipe])
        {
            var (code, _, error) = await Slim.Run("data", place);
            Assert.Equal((2, true), (code, error.Contains("is a device or a pipe", StringComparison.Ordinal)));
            (code, _, error) = await Slim.Run("logistic", "fit", place, "--share", "0.1");
            Assert.Equal((2, true), (code, error.Contains("is a device or a pipe", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task What_is_left_out_is_said_and_options_that_contradict_are_refused()
    {
        var folder = Machine.Folder();
        foreach (var name in (string[])["train/a/0.png", "train/b/0.png", "train/b/1.webp"])
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Pictures.Png(2, 2, new byte[12]));
        }
        var (code, output, error) = await Slim.Run("data", folder, "--validation", "0");
        Assert.True(code == 0, error);
        Assert.Contains("left out 1 file of other kinds in class folders", output);
        (code, _, error) = await Slim.Run("data", folder, "--data", Slim.Images);
        Assert.Equal(2, code);
        Assert.Contains("Give a path or --data, not both", error);
        (code, _, error) = await Slim.Run("data", folder, "--range", "5,1");
        Assert.Equal(2, code);
        Assert.Contains("--range 5,1: two numbers are needed", error);
    }

    [Fact]
    public async Task Digits_are_not_mirrored_by_default_and_clothes_are_and_both_are_said()
    {
        var folder = Machine.Folder();
        var digits = Path.Combine(folder, "mnist");
        Directory.CreateDirectory(digits);
        foreach (var file in Directory.GetFiles(Slim.Images))
            File.Copy(file, Path.Combine(digits, Path.GetFileName(file)));
        var here = Directory.GetCurrentDirectory();
        async Task<(bool Flip, string Path, string Output)> Train(string data, string name, params string[] more)
        {
            var run = Path.Combine(folder, name);
            var (code, output, error) = await Slim.Run([
                .. Slim.TrainFor("1", run).Select(a => a == Slim.Images ? Path.GetRelativePath(here, data) : a),
                .. more,
            ]);
            Assert.True(code == 0, error);
            var options = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "run.json")))!;
            return ((bool)options["training"]!["augmentation"]!["flip"]!, (string)options["data"]!["path"]!, output);
        }
        var plain = await Train(digits, "digits");
        Assert.False(plain.Flip);
        Assert.Equal(digits, plain.Path); // absolute, though typed from here
        Assert.Contains(
            "shifted by up to 4 pixels at random (--augment crop). They show digits or letters",
            plain.Output
        );
        var mirrored = await Train(digits, "mirrored", "--augment", "crop-flip");
        Assert.True(mirrored.Flip);
        Assert.Contains("mirror images are others; --augment crop leaves that out", mirrored.Output);
        var clothes = await Train(Slim.Images, "clothes");
        Assert.True(clothes.Flip);
        Assert.Contains("mirrored left to right half of the time at random (--augment crop-flip).", clothes.Output);
    }
}
