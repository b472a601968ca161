using System.Buffers.Binary;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>
/// The IDX files of MNIST and its kin. Elements become bytes by this rule: unsigned bytes stay; signed bytes gain 128;
/// 16- and 32-bit integers must lie in 0–255; floating-point files whose values all lie in 0–1 are multiplied by 255,
/// others must lie in 0–255; the result is rounded. Where a <see cref="PixelRange"/> is given, it is the rule instead.
/// </summary>
public static class Idx
{
    /// <summary>Fashion-MNIST's classes, in the order of their labels.</summary>
    public static IReadOnlyList<string> FashionClasses { get; } =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>Reads an image file (N×H×W, or N×C×H×W with 1 or 3 channels) and its label file.</summary>
    /// <exception cref="DataException">A file is damaged, or the two do not belong together.</exception>
    public static ImageSet Read(string imagePath, string labelPath, IReadOnlyList<string>? classes = null) =>
        Read(imagePath, labelPath, classes, null);

    /// <summary>The same, with the numbers that become black and white.</summary>
    /// <exception cref="DataException">
    /// A file is damaged, a number lies outside of the range, or the two do not belong together.
    /// </exception>
    public static ImageSet Read(
        string imagePath,
        string labelPath,
        IReadOnlyList<string>? classes,
        PixelRange? range
    ) => Read(imagePath, labelPath, classes, range, default);

    internal static ImageSet Read(
        string imagePath,
        string labelPath,
        IReadOnlyList<string>? classes,
        PixelRange? range,
        CancellationToken stop
    )
    {
        var (sizes, pixels) = ReadBytes(imagePath, range, stop);
        var shape = sizes switch
        {
            [_, var h, var w] => new Shape(1, h, w),
            [_, var c and (1 or 3), var h, var w] => new Shape(c, h, w),
            _ => throw new DataException(
                $"{imagePath}: has {sizes.Length} dimensions ({string.Join('×', sizes)}); images need N×H×W or N×C×H×W."
            ),
        };
        var (labelSizes, labels) = ReadBytes(labelPath, null, stop);
        if (labelSizes.Length != 1)
            throw new DataException($"{labelPath}: has {labelSizes.Length} dimensions; labels need one.");
        if (labelSizes[0] != sizes[0])
            throw new DataException(
                $"{labelPath}: holds {labelSizes[0]} labels, but {imagePath} holds {sizes[0]} images."
            );
        if (sizes[0] == 0)
            throw new DataException($"{imagePath}: holds no image.");
        classes ??= [.. Enumerable.Range(0, Math.Max(labels.Max() + 1, 2)).Select(i => $"{i}")];
        return new(imagePath, shape, pixels, [.. labels.Select(b => (int)b)], classes);
    }

    /// <summary>Writes a set as PART-images-idx3-ubyte and PART-labels-idx1-ubyte; grey images only.</summary>
    public static void Write(string folder, string part, ImageSet set)
    {
        if (set.Shape.Channels != 1)
            throw new DataException($"{set.Name}: only grey images can be written as IDX, not {set.Shape}.");
        Write(
            Path.Combine(folder, $"{part}-images-idx3-ubyte"),
            [set.Count, set.Shape.Height, set.Shape.Width],
            set.Pixels
        );
        Write(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), [set.Count], [.. set.Labels.Select(l => (byte)l)]);
    }

    private static void Write(string path, int[] sizes, byte[] values)
    {
        var header = new byte[4 + 4 * sizes.Length];
        (header[2], header[3]) = (0x08, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        AtomicFile.Write(
            path,
            stream =>
            {
                stream.Write(header);
                stream.Write(values);
            }
        );
    }

    /// <summary>
    /// The number of dimensions that a file's head states; null if it does not begin as IDX does, or cannot be read.
    /// </summary>
    internal static int? Dimensions(string path)
    {
        try
        {
            using var stream = DataFile.Open(path, DataFile.Budget(path));
            var head = new byte[4];
            return
                stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4
                && head is [0, 0, 0x08 or 0x09 or (>= 0x0B and <= 0x0E), >= 1 and <= 4]
                ? head[3]
                : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (int[] Sizes, byte[] Values) ReadBytes(string path, PixelRange? range, CancellationToken stop)
    {
        var budget = DataFile.Budget(path);
        var bytes = DataFile.ReadAll(path, budget, stop);
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[3] == 0)
            throw new DataException(
                $"{path}: does not begin as an IDX file does (two zero bytes, a type and a number of dimensions)."
            );
        var width = bytes[2] switch
        {
            0x08 or 0x09 => 1,
            0x0B => 2,
            0x0C or 0x0D => 4,
            0x0E => 8,
            _ => throw new DataException(
                $"{path}: has the element type 0x{bytes[2]:X2}, which IDX does not know (0x08, 0x09, 0x0B–0x0E)."
            ),
        };
        var header = 4 + 4 * bytes[3];
        if (bytes.Length < header)
            throw new DataException($"{path}: ends within its header.");
        int[] sizes =
        [
            .. Enumerable.Range(0, bytes[3]).Select(i => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 + 4 * i))),
        ];
        if (sizes.Any(s => s < 0) || sizes.Skip(1).Any(s => s == 0))
            throw new DataException($"{path}: has the impossible dimensions {string.Join('×', sizes)}.");
        var count = sizes.Aggregate(1.0, (a, b) => a * b);
        if (count * width != bytes.Length - header)
            throw new DataException(
                $"{path}: its header promises {string.Join('×', sizes)} elements, but {bytes.Length - header} bytes follow; it is cut short or damaged."
            );
        budget.Take((long)count, bytes[2] == 0x08 ? 1 : 9, "its elements");
        return (sizes, ToBytes(path, bytes[2], width, bytes.AsSpan(header), range));
    }

    private static byte[] ToBytes(string path, int type, int width, ReadOnlySpan<byte> raw, PixelRange? range)
    {
        if (type == 0x08 && range is null)
            return raw.ToArray();
        var values = new double[raw.Length / width];
        for (var i = 0; i < values.Length; i++)
            values[i] = Element(type, raw.Slice(i * width, width));
        if (range is not null)
            return [.. values.Select((v, i) => range.Byte(v) ?? throw Outside(path, values, i, range))];
        var factor = type is 0x0D or 0x0E && values.All(v => v is >= 0 and <= 1) ? 255 : 1;
        return
        [
            .. values.Select(
                (v, i) =>
                    v * factor is >= 0 and <= 255
                        ? (byte)Math.Round(v * factor)
                        : throw Outside(path, values, i, new(0, 255))
            ),
        ];
    }

    private static DataException Outside(string path, double[] values, int index, PixelRange range)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var advice =
            finite.Length == 0 || finite.Min() == finite.Max()
                ? ""
                : $" Its numbers run from {finite.Min():R} to {finite.Max():R}: DataOptions.Range = {finite.Min():R},{finite.Max():R} makes black of the first, white of the second, and shades between; give it a range that holds training and test images.";
        return new(
            $"{path}: element {index} is {values[index]:R}, outside {range.From:R}–{range.To:R}, so that it cannot become a byte.{advice}"
        );
    }

    private static double Element(int type, ReadOnlySpan<byte> raw) =>
        type switch
        {
            0x08 => raw[0],
            0x09 => (sbyte)raw[0] + 128,
            0x0B => BinaryPrimitives.ReadInt16BigEndian(raw),
            0x0C => BinaryPrimitives.ReadInt32BigEndian(raw),
            0x0D => BinaryPrimitives.ReadSingleBigEndian(raw),
            _ => BinaryPrimitives.ReadDoubleBigEndian(raw),
        };
}
