using System.Formats.Tar;
using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Data;

/// <summary>Images without labels, and images that are read from disk because memory would not hold them.</summary>
[Collection(nameof(Alone))]
public class UnlabelledTests
{
    private static string Bmp(string path, int seed, int size = 4)
    {
        var (random, row) = (new Random(seed), 3 * size);
        var content = new byte[54 + size * row];
        (content[0], content[1], content[10], content[14], content[26], content[28]) = (
            (byte)'B',
            (byte)'M',
            54,
            40,
            1,
            24
        );
        BitConverter.TryWriteBytes(content.AsSpan(2), content.Length);
        BitConverter.TryWriteBytes(content.AsSpan(18), size);
        BitConverter.TryWriteBytes(content.AsSpan(22), size);
        random.NextBytes(content.AsSpan(54));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Folder(int count, bool inClasses)
    {
        var folder = Path.Combine(Machine.Folder(), "pictures");
        for (var i = 0; i < count; i++)
            Bmp(Path.Combine(folder, inClasses ? $"train/{(char)('a' + i % 3)}/{i:D3}.bmp" : $"{i:D3}.bmp"), i);
        return folder;
    }

    private static string Tar(string folder)
    {
        var tar = folder + ".tar";
        TarFile.CreateFromDirectory(folder, tar, includeBaseDirectory: false);
        return tar;
    }

    // With so little memory that no set of more than a few images fits.
    private static T Cramped<T>(string memory, Func<T> read)
    {
        Environment.SetEnvironmentVariable(ReadBudget.Variable, memory);
        try
        {
            return read();
        }
        finally
        {
            Environment.SetEnvironmentVariable(ReadBudget.Variable, null);
        }
    }

    private static void AssertSame(ImageSet expected, ImageSet actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Classes, actual.Classes);
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected.Image(i), actual.Image(i));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pictures_without_class_folders_are_images_without_labels(bool inTar)
    {
        var folder = Folder(10, inClasses: false);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "");
        var data = DataSource.Read(
            new()
            {
                Path = inTar ? Tar(folder) : folder,
                Unlabelled = inTar,
                Validation = 0.2,
            }
        );
        Assert.Equal((8, 2, null), (data.Train!.Count, data.Validation!.Count, data.Test));
        Assert.False(data.Train.HasLabels);
        Assert.Empty(data.Train.Classes);
        Assert.Contains("left out 1 file of other kinds (1 .txt)", data.Remarks.Single());
        using var batch = ImageBatches.InOrder(data.Train, Normalization.Unit(3)).Make([0, 1]);
        Assert.Empty(batch.Targets);
        Assert.False(data.MatchedTo(["a", "b"], "somebody").Train!.HasLabels);
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, 3)]
    public void What_memory_does_not_hold_is_read_from_disk_and_is_the_same(bool inTar, int? size)
    {
        var folder = Folder(12, inClasses: true);
        var path = inTar ? Tar(Path.Combine(folder, "train")) : Path.Combine(folder, "train");
        var whole = ImageFolder.Read(path, size);
        var onDisk = Cramped("300B", () => ImageFolder.Read(path, size));
        Assert.True(whole.IsInMemory);
        Assert.False(onDisk.IsInMemory);
        AssertSame(whole, onDisk);
        AssertSame(whole.Subset([7, 2, 2]), onDisk.Subset([7, 2, 2]));
        AssertSame(whole.WithChannels(1), onDisk.WithChannels(1));
        AssertSame(whole.PaddedTo(6, 6), onDisk.PaddedTo(6, 6));
        var (rest, held) = onDisk.HoldOut(0.5, 3);
        Assert.False(rest.IsInMemory || held.IsInMemory);
        AssertSame(whole.HoldOut(0.5, 3).HeldOut, held);
        Assert.Equal(Normalization.Of(whole), Normalization.Of(onDisk));
        Assert.Equal(onDisk.Checksum(), Cramped("300B", () => ImageFolder.Read(path, size)).Checksum());
        using var one = ImageBatches.InOrder(whole, Normalization.Unit(3)).Make([3, 1, 11]);
        using var other = ImageBatches.InOrder(onDisk, Normalization.Unit(3)).Make([3, 1, 11]);
        Assert.Equal(SlimSharp.Models.Numbers.Read(one.Images), SlimSharp.Models.Numbers.Read(other.Images));
        Assert.Equal(one.Labels.data<long>().ToArray(), other.Labels.data<long>().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Records_too(int labelBytes)
    {
        var (shape, random) = (new Shape(3, 4, 4), new Random(1));
        var folder = Machine.Folder();
        string[] files = [Path.Combine(folder, "a.bin"), Path.Combine(folder, "b.bin")];
        foreach (var (file, records) in files.Zip([5, 7]))
        {
            var content = new byte[records * (labelBytes + 48)];
            random.NextBytes(content);
            for (var i = 0; labelBytes > 0 && i < records; i++)
                content[i * (labelBytes + 48) + labelBytes - 1] = (byte)(i % 4);
            File.WriteAllBytes(file, content);
        }
        var whole = ImageRecords.Read(files, shape, null, labelBytes);
        var onDisk = Cramped("400B", () => ImageRecords.Read(files, shape, null, labelBytes));
        Assert.Equal((true, false, labelBytes > 0), (whole.IsInMemory, onDisk.IsInMemory, onDisk.HasLabels));
        AssertSame(whole, onDisk);
        File.WriteAllBytes(files[1], [1]);
        Assert.Contains("is shorter than it was", Assert.Throws<DataException>(() => onDisk.Image(11).Length).Message);
    }

    [Fact]
    public void A_picture_of_another_size_is_told_when_it_is_read()
    {
        var folder = Folder(6, inClasses: true);
        Bmp(Path.Combine(folder, "train/c/999.bmp"), 1, size: 8);
        var onDisk = Cramped("200B", () => ImageFolder.Read(Path.Combine(folder, "train")));
        var sentence = Assert.Throws<DataException>(() => onDisk.Image(6).Length).Message;
        Assert.Contains("999.bmp", sentence);
        Assert.Contains("is not 3×4×4", sentence);
    }

    [Fact]
    public async Task A_network_is_imported_cut_quantised_and_retrained_on_its_teacher_without_a_label()
    {
        var (folder, root) = (Folder(40, inClasses: false), Machine.Folder());
        string In(string name) => Path.Combine(root, name);
        var b = new NetworkBuilder("small", new Shape(3, 4, 4));
        var x = b.ConvBnRelu("two", b.ConvBnRelu("stem", b.Input, 8), 8);
        var network = b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
        var file = Unstated.Write(In("a.slim"), network, Normalization.Unit(3));
        var cut = (await Slim.Json($"prune {file} --data {folder} --ratio 0.3 --recalibrate --out {In("cut.slim")}"))[
            0
        ];
        Assert.Contains("no labels", (string?)cut["whyNoAccuracy"]);
        var lines = await Slim.Json(
            $"retrain {In("cut.slim")} --data {folder} --teacher {file} --epochs 3 --batch 8 --lr 0.01 --out {In("run")}"
        );
        var first = lines.First(l => l["epoch"] is not null);
        Assert.InRange((double)first["validation"]!["agreement"]!, 0, 1);
        Assert.Null(first["validation"]!["accuracy"]);
        Assert.True(File.Exists(In("run/report.html")));
        var (_, shown, _) = await Slim.Run(
            $"retrain {In("cut.slim")} --data {folder} --teacher {file} --epochs 1 --batch 8 --out {In("shown")}".Split(
                ' '
            )
        );
        Assert.Contains("The columns train and validation show the agreement.", shown);
        var quantized = (
            await Slim.Json($"quantize {In("run")} --data {folder} --images 16 --threads 1 --onnx {In("a.onnx")}")
        )[0];
        Assert.Contains("has no labels", (string?)quantized["whyNoAccuracy"]);
        Assert.Null(quantized["accuracy"]);
        foreach (
            var line in (string[])
                [
                    $"train --model resnet8 --data {folder} --out {In("b")}",
                    $"evaluate {file} --data {folder} --split train",
                ]
        )
        {
            var (code, _, error) = await Slim.Run(line.Split(' '));
            Assert.Equal((2, line), (code, line));
            Assert.Contains("its images have no labels", error);
        }
        var described = (await Slim.Json($"data {folder}"))[0];
        Assert.Equal(36, (int)described["images"]!);
        Assert.Empty(described["classes"]!.AsArray());
    }
}
