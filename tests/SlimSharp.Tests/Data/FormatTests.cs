using System.IO.Compression;
using SlimSharp.Data;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class FormatTests
{
    [Fact]
    public void Cifar_batches_are_read_in_order_and_damaged_ones_refused()
    {
        var folder = Machine.Folder();
        byte[] Record(byte label, byte shade) => [label, .. Enumerable.Repeat(shade, 3072)];
        for (var i = 1; i <= 5; i++)
            File.WriteAllBytes(
                Path.Combine(folder, $"data_batch_{i}.bin"),
                [.. Record((byte)i, (byte)(10 * i)), .. Record(0, 7)]
            );
        using (
            var gzip = new GZipStream(File.Create(Path.Combine(folder, "test_batch.bin.gz")), CompressionLevel.Fastest)
        )
            gzip.Write(Record(9, 99));
        var data = DataSource.Read(new() { Path = folder, Validation = 0 });
        Assert.Equal([1, 0, 2, 0, 3, 0, 4, 0, 5, 0], data.Train!.Labels);
        Assert.Equal(30, data.Train.Image(4)[3000]);
        Assert.Equal((9, "truck", 99), (data.Test!.Labels[0], data.Test.Classes[9], data.Test.Image(0)[0]));
        Assert.Equal(Normalization.Cifar, data.NormalizationForTraining());

        var third = Path.Combine(folder, "data_batch_3.bin");
        File.WriteAllBytes(third, [.. Record(1, 1), 5]);
        Assert.Contains(
            $"{third}: 3074 bytes are no whole number of records",
            Refusal(() => DataSource.Read(new() { Path = folder }))
        );
        File.WriteAllBytes(third, Record(10, 1));
        Assert.Contains(
            "has the label 10, but there are only 10 classes",
            Refusal(() => DataSource.Read(new() { Path = folder }))
        );
        File.Delete(third);
        Assert.Contains("data_batch_3.bin is missing", Refusal(() => DataSource.Read(new() { Path = folder })));
    }

    [Fact]
    public void Records_behind_links_are_as_long_as_what_the_links_mean()
    {
        var path = Write("some.bin", [1, 10, 20, 30, 40, 0, 50, 60, 70, 80]);
        var link = Path.Combine(Machine.Folder(), "link.bin");
        File.CreateSymbolicLink(link, path);
        var further = Path.Combine(Path.GetDirectoryName(link)!, "further.bin");
        File.CreateSymbolicLink(further, "link.bin");
        var data = DataSource.Read(new() { Path = further, Records = new Shape(1, 2, 2) });
        Assert.Equal([1, 0], data.Test!.Labels);
        Assert.Equal([50, 60, 70, 80], data.Test.Image(1).ToArray());
        Assert.Equal(10, ReadBudget.LengthOf(further));
        Assert.Equal(0, ReadBudget.LengthOf(further + "?"));
    }

    [Fact]
    public void Records_of_any_stated_size_are_read()
    {
        var path = Write("some.bin", [1, 10, 20, 30, 40, 0, 50, 60, 70, 80]);
        var data = DataSource.Read(new() { Path = path, Records = new Shape(1, 2, 2) });
        Assert.Equal([1, 0], data.Test!.Labels);
        Assert.Equal([50, 60, 70, 80], data.Test.Image(1).ToArray());
        Assert.Contains(
            "no whole number of records",
            Refusal(() => DataSource.Read(new() { Path = path, Records = new Shape(1, 2, 3) }))
        );
    }

    [Fact]
    public void Places_without_data_are_refused_with_what_to_do()
    {
        Assert.Contains(
            "There is no file or folder",
            Refusal(() => DataSource.Read(new() { Path = "/nowhere/at/all" }))
        );
        Assert.Contains("nothing that can be read", Refusal(() => DataSource.Read(new() { Path = Machine.Folder() })));
        var folder = Machine.Folder();
        Directory.CreateDirectory(Path.Combine(folder, "train", "empty"));
        Assert.Contains("holds no picture in a folder", Refusal(() => DataSource.Read(new() { Path = folder })));
    }

    [Fact]
    public void A_set_larger_than_memory_is_refused_before_anything_is_allocated() =>
        Assert.Contains("more than the", Refusal(() => ImageSet.Allocate("big", new Shape(3, 4096, 4096), 1_000_000)));

    [Fact]
    public void The_sample_is_balanced_and_untouched()
    {
        var data = DataSource.Read(new() { Path = Machine.SamplePath, Validation = 0 });
        Assert.All(
            Enumerable.Range(0, 10),
            c => Assert.Equal((600, 500), (data.Train!.Labels.Count(l => l == c), data.Test!.Labels.Count(l => l == c)))
        );
        Assert.Equal("Ankle boot", data.Train!.Classes[data.Train.Labels[0]]);
        Assert.Equal(Normalization.Of(data.Train), data.NormalizationForTraining());
        Assert.Equal(0.286, Normalization.Of(data.Train).Mean[0], 0.005); // of the whole set: 0.2860
        Assert.Equal(0.353, Normalization.Of(data.Train).Deviation[0], 0.005); // 0.3530
    }

    [Fact]
    public void Mnist_has_its_published_counts()
    {
        var data = DataSource.Read(new() { Path = Machine.SharedPath("data", "mnist"), Validation = 0 });
        int[] Counts(ImageSet set) => [.. Enumerable.Range(0, 10).Select(c => set.Labels.Count(l => l == c))];
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], Counts(data.Train!));
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], Counts(data.Test!));
    }
}
