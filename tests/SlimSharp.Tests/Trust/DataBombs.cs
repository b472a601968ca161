using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SlimSharp.Tests.Trust;

/// <summary>Bombs that are images.</summary>
internal static class DataBombs
{
    private const int Large = 400_000_000;

    internal static string Idx(string folder)
    {
        byte[] header = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Large / 784);
        using (var stream = Packed(folder, "train-images-idx3-ubyte.gz"))
        {
            stream.Write(header);
            Zeros(stream, Large / 784 * 784);
        }
        File.WriteAllBytes(Path.Combine(folder, "train-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 0]);
        return folder;
    }

    internal static string Matlab(string folder)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write([.. BitConverter.GetBytes(14), .. BitConverter.GetBytes(Large)]);
            Zeros(zlib, Large);
        }
        byte[] element =
        [
            .. BitConverter.GetBytes(15),
            .. BitConverter.GetBytes((int)packed.Length),
            .. packed.ToArray(),
        ];
        File.WriteAllBytes(Path.Combine(folder, "train_32x32.mat"), Data.Matlab.File(element));
        return folder;
    }

    // The headers are all that is read of them: 8192×8192, three components, and a comment to be long enough.
    internal static string Pictures(string folder)
    {
        byte[] jpeg =
        [
            0xFF,
            0xD8,
            0xFF,
            0xFE,
            0x23,
            0x00,
            .. new byte[0x2300 - 2],
            0xFF,
            0xC0,
            0,
            17,
            8,
            0x20,
            0,
            0x20,
            0,
            3,
            1,
            0x11,
            0,
            2,
            0x11,
            0,
            3,
            0x11,
            0,
            0xFF,
            0xDA,
            0,
            12,
            3,
            1,
            0,
            2,
            0,
            3,
            0,
            0,
            63,
            0,
            0,
            0xFF,
            0xD9,
        ];
        for (var i = 0; i < 40; i++)
        {
            var path = Path.Combine(folder, "train", i % 2 == 0 ? "ant" : "bee", $"{i}.jpg");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, jpeg);
        }
        return folder;
    }

    internal static string GiantPicture(string folder) => Tar(folder, "train/ant/0.png", (byte)'0', Large);

    internal static string GiantOther(string folder) => Tar(folder, "train/ant/0.bin", (byte)'0', Large);

    internal static string GiantAttributes(string folder) => Tar(folder, "train/ant/0.png", (byte)'x', Large);

    private static string Tar(string folder, string name, byte kind, int size)
    {
        var header = new byte[512];
        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
        Put(0, name);
        Put(100, "0000644\0");
        Put(124, Convert.ToString(size, 8).PadLeft(11, '0'));
        Put(136, "00000000000\0        ");
        header[156] = kind;
        Put(257, "ustar\000");
        Put(148, Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ");
        using var stream = Packed(folder, "train.tar.gz");
        stream.Write(header);
        Zeros(stream, (size + 511) / 512 * 512 + 1024);
        return Path.Combine(folder, "train.tar.gz");
    }

    private static GZipStream Packed(string folder, string name) =>
        new(File.Create(Path.Combine(folder, name)), CompressionLevel.Optimal);

    private static void Zeros(Stream stream, int count)
    {
        var block = new byte[1 << 20];
        for (var left = count; left > 0; left -= block.Length)
            stream.Write(block, 0, Math.Min(left, block.Length));
    }
}
