using System.Formats.Tar;
using System.IO.Compression;
using SlimSharp.Data;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class ImageFolderTests
{
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
        Assert.Contains("Give DataOptions.Size", Refusal(() => DataSource.Read(new() { Path = folder })));
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
            $"{broken}: is not an intact JPEG, PNG, BMP, GIF or TIFF picture",
            Refusal(() => DataSource.Read(new() { Path = folder, Size = 8 }))
        );
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
}
