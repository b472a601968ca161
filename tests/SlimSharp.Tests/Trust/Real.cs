using System.Formats.Tar;
using System.IO.Compression;
using SlimSharp.Data;

namespace SlimSharp.Tests.Trust;

/// <summary>Real files, cut to a size at which many mutations can be tried.</summary>
internal static class Real
{
    private const int Images = 12;

    private static readonly Lazy<ImageSet> Fashion = new(() =>
        DataSource
            .Read(new() { Path = Machine.SamplePath, Validation = 0 })
            .Test!.Subset([.. Enumerable.Range(0, Images)])
    );

    private static readonly Lazy<ImageSet> Colour = new(() => Fashion.Value.WithChannels(3).PaddedTo(32, 32));

    /// <summary>The first images of Fashion-MNIST.</summary>
    internal static byte[] Idx => Written().Images;

    internal static byte[] IdxLabels => Written().Labels;

    /// <summary>Records of CIFAR-10, or of the sample where that is not there.</summary>
    internal static byte[] Cifar
    {
        get
        {
            const int Record = 3073;
            if (Shared("data", "cifar10", "lossless_test200.bin.gz") is not { } packed)
                return
                [
                    .. Enumerable
                        .Range(0, Images)
                        .SelectMany(i => (byte[])[(byte)Colour.Value.Labels[i], .. Colour.Value.Image(i)]),
                ];
            using var unzipped = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var records = new byte[Images * Record];
            unzipped.ReadExactly(records);
            return records;
        }
    }

    /// <summary>The same pictures as cropped digits are stored.</summary>
    internal static byte[] Matlab(bool packed)
    {
        var set = Colour.Value;
        var columns = new byte[set.Pixels.Length];
        for (var i = 0; i < columns.Length; i++) // row + 32·(column + 32·(channel + 3·image))
            columns[i] = set.Image(i / 3072)[(i / 1024 % 3 * 32 + i % 32) * 32 + i / 32 % 32];
        byte[] labels = [.. set.Labels.Select(l => (byte)(l == 0 ? 10 : l))];
        byte[][] arrays =
        [
            Data.Matlab.Matrix("X", [32, 32, 3, set.Count], 2, columns),
            Data.Matlab.Matrix("y", [set.Count, 1], 2, labels),
        ];
        return Data.Matlab.File([.. arrays.Select(a => packed ? Data.Matlab.Packed(a) : a)]);
    }

    /// <summary>Two JPEG files of CIFAR-10; none where that is not there.</summary>
    internal static IReadOnlyList<byte[]> Jpegs { get; } = [.. JpegFiles().Take(2)];

    internal static byte[] Png => Data.Pictures.Png(32, 32, Rgb);

    internal static byte[] Bmp => Data.Pictures.Bmp(32, 32, Rgb);

    internal static byte[] Gif => Data.Pictures.Gif(28, 28, Fashion.Value.Image(1).ToArray());

    /// <summary>Plain, and in every compression that is read.</summary>
    internal static IEnumerable<byte[]> Tiffs =>
        [
            Data.Pictures.Tiff(32, 32, Rgb, 6),
            .. Data.Pictures.TiffCompressions.Select(c => Data.Pictures.Tiff(32, 32, Rgb, c)),
        ];

    private static byte[] Rgb =>
        [.. Enumerable.Range(0, 3072).Select(i => Colour.Value.Image(1)[i % 3 * 1024 + i / 3])];

    /// <summary>Two classes of one picture each; JPEG, where they are there.</summary>
    internal static byte[] Tar
    {
        get
        {
            using var stream = new MemoryStream();
            using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
            {
                foreach (var (name, i) in new[] { "train/ant", "train/bee" }.Select((n, i) => (n, i)))
                {
                    var (content, extension) = Jpegs.Count > i ? (Jpegs[i], "jpg") : (Png, "png");
                    tar.WriteEntry(
                        new UstarTarEntry(TarEntryType.RegularFile, $"{name}/0.{extension}")
                        {
                            DataStream = new MemoryStream(content),
                        }
                    );
                }
            }
            return stream.ToArray();
        }
    }

    internal static byte[] Zipped(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>A file of the shared data, or null where that is not there.</summary>
    internal static byte[]? Shared(params string[] parts) =>
        Machine.Shared is { } folder && Path.Combine([folder, .. parts]) is var path && File.Exists(path)
            ? File.ReadAllBytes(path)
            : null;

    private static IEnumerable<byte[]> JpegFiles()
    {
        if (Shared("data", "cifar10", "cifar10-jpeg-test.tar.gz") is not { } packed)
            yield break;
        using var tar = new TarReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.DataStream is not { Length: > 0 } data)
                continue;
            var content = new byte[data.Length];
            data.ReadExactly(content);
            yield return content;
        }
    }

    private static (byte[] Images, byte[] Labels) Written()
    {
        var folder = Machine.Folder();
        SlimSharp.Data.Idx.Write(folder, "x", Fashion.Value);
        return (
            File.ReadAllBytes(Path.Combine(folder, "x-images-idx3-ubyte")),
            File.ReadAllBytes(Path.Combine(folder, "x-labels-idx1-ubyte"))
        );
    }
}
