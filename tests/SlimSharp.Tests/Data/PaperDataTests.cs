using System.IO.Compression;
using System.Text;
using SlimSharp.Data;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

/// <summary>CIFAR-100 and SVHN, on small files written here in their formats.</summary>
public class PaperDataTests
{
    [Fact]
    public void Cifar100_is_read_with_fine_labels()
    {
        var folder = Machine.Folder();
        byte[] Record(byte coarse, byte fine, byte shade) => [coarse, fine, .. Enumerable.Repeat(shade, 3072)];
        File.WriteAllBytes(Path.Combine(folder, "train.bin"), [.. Record(3, 77, 1), .. Record(19, 99, 2)]);
        File.WriteAllBytes(Path.Combine(folder, "test.bin"), Record(0, 5, 9));
        var data = DataSource.Read(new() { Path = folder, Validation = 0 });
        Assert.Equal([77, 99], data.Train!.Labels);
        Assert.Equal((5, 9, 100), (data.Test!.Labels[0], data.Test.Image(0)[0], data.Test.Classes.Length));
        Assert.Equal(2, data.Train.Image(1)[3071]);
        Assert.Equal(Normalization.Cifar, data.NormalizationForTraining());
        File.WriteAllLines(
            Path.Combine(folder, "fine_label_names.txt"),
            Enumerable.Range(0, 100).Select(i => $"name{i}")
        );
        Assert.Equal("name77", DataSource.Read(new() { Path = folder, Validation = 0 }).Train!.Classes[77]);
        File.WriteAllBytes(Path.Combine(folder, "test.bin"), Record(0, 100, 9));
        Assert.Contains(
            "has the label 100, but there are only 100 classes",
            Refusal(() => DataSource.Read(new() { Path = folder }))
        );
    }

    // Pixel (row, column, channel) of image n, and its place in MATLAB's column-major 32×32×3×N.
    private static byte Pixel(int row, int column, int channel, int n) =>
        (byte)(row * 3 + column * 7 + channel * 50 + n * 11);

    private static byte[] Columns(int count)
    {
        var x = new byte[3072 * count];
        for (var n = 0; n < count; n++)
        {
            for (var c = 0; c < 3; c++)
            {
                for (var column = 0; column < 32; column++)
                {
                    for (var row = 0; row < 32; row++)
                        x[row + 32 * (column + 32 * (c + 3 * n))] = Pixel(row, column, c, n);
                }
            }
        }
        return x;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Svhn_is_read_pixel_by_pixel_and_ten_is_zero(bool packed)
    {
        var folder = Machine.Folder();
        byte[] Array(byte[] matrix) => packed ? Matlab.Packed(matrix) : matrix;
        void Write(string name, int count, byte[] labels, byte type) =>
            File.WriteAllBytes(
                Path.Combine(folder, $"{name}_32x32.mat"),
                Matlab.File(
                    Array(Matlab.Matrix("X", [32, 32, 3, count], 2, Columns(count))),
                    Array(
                        Matlab.Matrix(
                            "y",
                            [count, 1],
                            type,
                            type == 2 ? labels : [.. labels.SelectMany(l => BitConverter.GetBytes((double)l))]
                        )
                    )
                )
            );
        Write("train", 3, [1, 10, 5], 2);
        Write("extra", 2, [9, 2], 9);
        Write("test", 1, [10], 9);
        var data = DataSource.Read(new() { Path = folder, Validation = 0 });
        Assert.Equal([1, 0, 5, 9, 2], data.Train!.Labels);
        Assert.Equal([0], data.Test!.Labels);
        Assert.Equal(Normalization.Svhn, data.NormalizationForTraining());
        for (var i = 0; i < 3072; i++)
            Assert.Equal(Pixel(i / 32 % 32, i % 32, i / 1024, 1), data.Train.Image(4)[i]);
    }

    [Fact]
    public void Damaged_and_foreign_mat_files_are_refused()
    {
        var folder = Machine.Folder();
        var path = Path.Combine(folder, "test_32x32.mat");
        var good = Matlab.File(
            Matlab.Packed(Matlab.Matrix("X", [32, 32, 3, 1], 2, Columns(1))),
            Matlab.Packed(Matlab.Matrix("y", [1, 1], 2, [3]))
        );
        string With(byte[] content)
        {
            File.WriteAllBytes(path, content);
            return Refusal(() => DataSource.Read(new() { Path = folder }));
        }
        Assert.Contains("not an intact MATLAB 5 file", With(good[..^20]));
        Assert.Contains("not an intact MATLAB 5 file", With(good[..100]));
        Assert.Contains("not a MATLAB 5 file", With([.. good[..126], 0, 0, .. good[128..]]));
        Assert.Contains("holds no array 'y'", With(Matlab.File(Matlab.Matrix("X", [32, 32, 3, 1], 2, Columns(1)))));
        Assert.Contains(
            "labels run from 1 to 10",
            With(Matlab.File(Matlab.Matrix("X", [32, 32, 3, 1], 2, Columns(1)), Matlab.Matrix("y", [1, 1], 2, [11])))
        );
        Assert.Contains(
            "cropped digits are",
            With(Matlab.File(Matlab.Matrix("X", [32, 32, 3, 1], 2, Columns(1)), Matlab.Matrix("y", [2, 1], 2, [1, 2])))
        );
        Assert.Contains(
            "not of the size it claims",
            With(Matlab.File(Matlab.Matrix("X", [32, 32, 3, 2], 2, Columns(1)), Matlab.Matrix("y", [1, 1], 2, [1])))
        );
        Assert.Contains(
            "which is no byte",
            With(
                Matlab.File(
                    Matlab.Matrix("X", [32, 32, 3, 1], 2, Columns(1)),
                    Matlab.Matrix("y", [1, 1], 9, BitConverter.GetBytes(1.5))
                )
            )
        );
    }

    [Fact]
    public void Tiny_imagenet_is_read_at_its_own_size()
    {
        var data = DataSource.Read(new() { Path = Machine.SharedPath("data", "tiny-imagenet-100"), Validation = 0 });
        Assert.Equal((20_000, 5_000, 100), (data.Train!.Count, data.Test!.Count, data.Train.Classes.Length));
        Assert.Equal(new SlimSharp.Networks.Shape(3, 64, 64), data.Train.Shape);
        Assert.All(Enumerable.Range(0, 100), c => Assert.Equal(50, data.Test.Labels.Count(l => l == c)));
    }

    // Writes train, extra and test of SVHN and CIFAR-100's train and test with random content, and prints the SHA-256
    // of what is to be read of each.
    private const string OtherWriter = """
        import sys, os, hashlib, numpy as np, scipy.io
        folder, r = sys.argv[1], np.random.RandomState(3)
        def show(pixels, labels):
            print(hashlib.sha256(pixels.astype('u1').tobytes()).hexdigest(), ','.join(map(str, labels)))
        for name, count, packed in (('train', 40, True), ('extra', 9, False), ('test', 7, True)):
            x = r.randint(0, 256, (32, 32, 3, count)).astype('u1')
            y = r.randint(1, 11, (count, 1)).astype('u1')
            scipy.io.savemat(os.path.join(folder, 'svhn', name + '_32x32.mat'), {'X': x, 'y': y}, do_compression=packed)
            back = scipy.io.loadmat(os.path.join(folder, 'svhn', name + '_32x32.mat'))
            show(back['X'].transpose(3, 2, 0, 1), back['y'][:, 0] % 10)
        for name, count in (('train', 30), ('test', 11)):
            coarse, fine = r.randint(0, 20, (count, 1)), r.randint(0, 100, (count, 1))
            pixels = r.randint(0, 256, (count, 3072))
            np.concatenate([coarse, fine, pixels], 1).astype('u1').tofile(os.path.join(folder, 'cifar100', name + '.bin'))
            back = np.fromfile(os.path.join(folder, 'cifar100', name + '.bin'), 'u1').reshape(count, 3074)
            show(back[:, 2:], back[:, 1])
        """;

    [Fact]
    [Trait("Length", "long")]
    public void What_others_write_and_read_is_read_byte_for_byte()
    {
        var folder = Machine.Folder();
        Directory.CreateDirectory(Path.Combine(folder, "svhn"));
        Directory.CreateDirectory(Path.Combine(folder, "cifar100"));
        var lines = Machine.Python("scipy", OtherWriter, folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        static string Line(ReadOnlySpan<byte> pixels, IEnumerable<int> labels) =>
            $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pixels))} {string.Join(',', labels)}";

        var svhn = DataSource.Read(new() { Path = Path.Combine(folder, "svhn"), Validation = 0 });
        var first = 40 * 3072;
        Assert.Equal(lines[0], Line(svhn.Train!.Pixels.AsSpan(0, first), svhn.Train.Labels[..40]));
        Assert.Equal(lines[1], Line(svhn.Train.Pixels.AsSpan(first), svhn.Train.Labels[40..]));
        Assert.Equal(lines[2], Line(svhn.Test!.Pixels, svhn.Test.Labels));
        var cifar = DataSource.Read(new() { Path = Path.Combine(folder, "cifar100"), Validation = 0 });
        Assert.Equal(lines[3], Line(cifar.Train!.Pixels, cifar.Train.Labels));
        Assert.Equal(lines[4], Line(cifar.Test!.Pixels, cifar.Test.Labels));
    }
}
