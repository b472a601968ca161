using System.Buffers.Binary;
using SlimSharp.Data;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class IdxTests
{
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
}
