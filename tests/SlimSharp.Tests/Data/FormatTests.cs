using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using SlimSharp.Data;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Data;

public class FormatTests
{
    private static string Refusal(Func<object> read) => Assert.Throws<DataException>(read).Message;

    private static string Write(string name, params ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(Machine.Folder(), name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    // An IDX file of that type: count × 1 × 2 elements, or labels.
    private static byte[] IdxFile(byte type, int[] sizes, params double[] values)
    {
        using var file = new MemoryStream();
        file.Write([0, 0, type, (byte)sizes.Length]);
        var number = new byte[8];
        foreach (var size in sizes)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, size);
            file.Write(number, 0, 4);
        }
        foreach (var value in values)
        {
            var width = type switch
            {
                0x08 or 0x09 => 1,
                0x0B => 2,
                0x0C or 0x0D => 4,
                _ => 8,
            };
            switch (type)
            {
                case 0x08:
                    number[0] = (byte)value;
                    break;
                case 0x09:
                    number[0] = (byte)(sbyte)value;
                    break;
                case 0x0B:
                    BinaryPrimitives.WriteInt16BigEndian(number, (short)value);
                    break;
                case 0x0C:
                    BinaryPrimitives.WriteInt32BigEndian(number, (int)value);
                    break;
                case 0x0D:
                    BinaryPrimitives.WriteSingleBigEndian(number, (float)value);
                    break;
                default:
                    BinaryPrimitives.WriteDoubleBigEndian(number, value);
                    break;
            }
            file.Write(number, 0, width);
        }
        return file.ToArray();
    }

    private static byte[] Read(byte type, params double[] values)
    {
        var images = Write("images", IdxFile(type, [2, 1, 2], values));
        return Idx.Read(images, Write("labels", IdxFile(0x08, [2], 0, 1))).Pixels;
    }

    [Fact]
    public void Every_idx_type_becomes_bytes_by_the_stated_rule()
    {
        Assert.Equal([0, 1, 200, 255], Read(0x08, 0, 1, 200, 255));
        Assert.Equal([0, 127, 128, 255], Read(0x09, -128, -1, 0, 127));
        Assert.Equal([0, 1, 200, 255], Read(0x0B, 0, 1, 200, 255));
        Assert.Equal([0, 1, 200, 255], Read(0x0C, 0, 1, 200, 255));
        Assert.Equal([0, 128, 64, 255], Read(0x0D, 0, 0.5, 0.25, 1));
        Assert.Equal([0, 2, 4, 255], Read(0x0E, 0, 2, 3.6, 255));
        Assert.Contains("outside 0–255", Assert.Throws<DataException>(() => Read(0x0B, 0, 1, 2, 256)).Message);
        Assert.Contains("outside 0–255", Assert.Throws<DataException>(() => Read(0x0D, 0, -0.1, 2, 3)).Message);
        Assert.Contains("outside 0–255", Assert.Throws<DataException>(() => Read(0x0E, 0, double.NaN, 2, 3)).Message);
    }

    [Fact]
    public void Damaged_idx_files_are_refused_with_name_and_reason()
    {
        var labels = Write("labels", IdxFile(0x08, [2], 0, 1));
        string Images(params byte[] bytes) => Write("images", bytes);
        var good = IdxFile(0x08, [2, 1, 2], 1, 2, 3, 4);
        Assert.Contains("cut short", Refusal(() => Idx.Read(Images(good[..^1]), labels)));
        Assert.Contains("cut short or damaged", Refusal(() => Idx.Read(Images([.. good, 0]), labels)));
        Assert.Contains("ends within its header", Refusal(() => Idx.Read(Images(good[..10]), labels)));
        Assert.Contains("does not begin as", Refusal(() => Idx.Read(Images([1, .. good[1..]]), labels)));
        Assert.Contains("0x0A", Refusal(() => Idx.Read(Images([0, 0, 0x0A, .. good[3..]]), labels)));
        Assert.Contains("impossible dimensions", Refusal(() => Idx.Read(Images(IdxFile(0x08, [2, 0, 2])), labels)));
        Assert.Contains(
            "header promises",
            Refusal(() =>
                Idx.Read(Images([0, 0, 8, 3, 0x7f, 255, 255, 255, 0x7f, 255, 255, 255, 0x7f, 255, 255, 255]), labels)
            )
        );
        Assert.Contains(
            "holds 2 labels, but",
            Refusal(() => Idx.Read(Images(IdxFile(0x08, [3, 1, 2], 1, 2, 3, 4, 5, 6)), labels))
        );
        Assert.Contains("labels need one", Refusal(() => Idx.Read(Images(good), Images(good))));
        Assert.Contains("images need N×H×W", Refusal(() => Idx.Read(labels, labels)));
        Assert.Contains("label 1, but there are 1 classes", Refusal(() => Idx.Read(Images(good), labels, ["one"])));
        Assert.Contains("not an intact gzip", Refusal(() => Idx.Read(Write("images.gz", good), labels)));
        Assert.Contains("cannot be read", Refusal(() => Idx.Read(labels + "x", labels)));
    }

    [Fact]
    public void Idx_written_is_idx_read()
    {
        var set = new ImageSet(
            "s",
            new Shape(1, 2, 3),
            [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 9))],
            [0, 2, 1, 2],
            ["a", "b", "c"]
        );
        var folder = Machine.Folder();
        Idx.Write(folder, "train", set);
        var read = DataSource.Read(new() { Path = folder, Validation = 0 }).Train!;
        Assert.Equal(set.Pixels, read.Pixels);
        Assert.Equal(set.Labels, read.Labels);
    }

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

    private static string Folders(Func<string, int, (int Height, int Width)> size)
    {
        var folder = Machine.Folder();
        foreach (var (part, c) in new[] { ("train", "cat"), ("train", "ant"), ("test", "ant"), ("test", "cat") })
        {
            Directory.CreateDirectory(Path.Combine(folder, part, c));
            for (var i = 0; i < 2; i++)
            {
                var (h, w) = size(c, i);
                File.WriteAllBytes(
                    Path.Combine(folder, part, c, $"{i}.png"),
                    Pictures.Png(h, w, [.. Enumerable.Range(0, h * w * 3).Select(k => (byte)(k * 7 + i))])
                );
            }
        }
        return folder;
    }

    [Fact]
    public void Folders_and_tar_files_of_images_are_read_alike_and_pixel_by_pixel()
    {
        var folder = Folders((_, _) => (4, 5));
        var data = DataSource.Read(new() { Path = folder, Validation = 0 });
        Assert.Equal(["ant", "cat"], data.Train!.Classes);
        Assert.Equal([0, 0, 1, 1], data.Train.Labels);
        for (var k = 0; k < 60; k++)
            Assert.Equal((byte)(k * 7 + 1), data.Train.Image(1)[k % 3 * 20 + k / 3]);

        var packed = Machine.Folder();
        foreach (var part in new[] { "train", "test" })
        {
            using var gzip = new GZipStream(
                File.Create(Path.Combine(packed, $"my-{part}.tar.gz")),
                CompressionLevel.Fastest
            );
            TarFile.CreateFromDirectory(Path.Combine(folder, part), gzip, includeBaseDirectory: true);
        }
        var same = DataSource.Read(new() { Path = packed, Validation = 0 });
        Assert.Equal(data.Train.Checksum(), same.Train!.Checksum());
        Assert.Equal(data.Test!.Checksum(), same.Test!.Checksum());

        var archive = Path.Combine(packed, "my-train.tar.gz");
        File.WriteAllBytes(archive, File.ReadAllBytes(archive)[..100]);
        Assert.Contains("not an intact tar file", Refusal(() => DataSource.Read(new() { Path = packed })));
    }

    [Fact]
    public void Images_of_several_sizes_need_a_size_and_damaged_ones_are_named()
    {
        var folder = Folders((c, _) => c == "cat" ? (4, 5) : (6, 6));
        Assert.Contains("Give --size", Refusal(() => DataSource.Read(new() { Path = folder })));
        Assert.Equal(
            new Shape(3, 8, 8),
            DataSource
                .Read(
                    new()
                    {
                        Path = folder,
                        Size = 8,
                        Validation = 0,
                    }
                )
                .Train!.Shape
        );
        var broken = Path.Combine(folder, "train", "cat", "1.png");
        File.WriteAllBytes(broken, File.ReadAllBytes(broken)[..40]);
        Assert.Contains(
            $"{broken}: is not an intact JPEG or PNG",
            Refusal(() => DataSource.Read(new() { Path = folder, Size = 8 }))
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
        Assert.Contains("no JPEG or PNG image", Refusal(() => DataSource.Read(new() { Path = folder })));
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
    public void Jpeg_images_are_decoded_like_their_lossless_originals()
    {
        var lossless = DataSource
            .Read(
                new()
                {
                    Path = Machine.SharedPath("data", "cifar10", "lossless_test200.bin.gz"),
                    Records = ImageRecords.Cifar,
                }
            )
            .Test!;
        var names = File.ReadAllLines(Machine.SharedPath("data", "cifar10", "lossless_test200_names.txt"));
        var jpeg = ImageFolder.Read(Machine.SharedPath("data", "cifar10", "cifar10-jpeg-test.tar.gz"));
        Assert.Equal((10_000, 10), (jpeg.Count, jpeg.Classes.Length));
        Assert.Equal(names.Length, lossless.Count);
        // Each lossless image has its JPEG among those of its class; the nearest is it, at about 30 dB.
        var noise = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var candidates = Enumerable.Range(0, jpeg.Count).Where(j => jpeg.Labels[j] == lossless.Labels[i]);
            noise.Add(candidates.Min(j => MeanSquare(jpeg.Image(j), lossless.Image(i))));
        }
        var decibels = noise.Average(n => 10 * Math.Log10(255 * 255 / n));
        Assert.InRange(decibels, 28.5, 32.5);
    }

    private static double MeanSquare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum / a.Length;
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
