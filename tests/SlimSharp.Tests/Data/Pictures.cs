using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using BitMiracle.LibTiff.Classic;

namespace SlimSharp.Tests.Data;

/// <summary>Writes small PNG files, so that reading them is checked against what is known to be in them.</summary>
internal static class Pictures
{
    /// <summary>
    /// An RGB PNG of these bytes, height × width × 3, with EXIF data of that orientation if it is not 0.
    /// </summary>
    internal static byte[] Png(int height, int width, byte[] rgb, byte orientation = 0, string? before = null)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        if (before is not null)
            Chunk(png, before, [1, 2, 3, 4]);
        Chunk(png, "IHDR", header);
        if (orientation > 0)
            Chunk(png, "eXIf", Exif(orientation));
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(rgb, y * width * 3, width * 3);
            }
        }
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>The same as a BMP of 24 bits: blue, green, red, rows from the bottom up.</summary>
    internal static byte[] Bmp(int height, int width, byte[] rgb)
    {
        var row = (3 * width + 3) / 4 * 4;
        using var bmp = new MemoryStream();
        using var writer = new BinaryWriter(bmp);
        writer.Write("BM"u8);
        foreach (
            var value in (int[])[54 + row * height, 0, 54, 40, width, height, 1 | 24 << 16, 0, row * height, 0, 0, 0, 0]
        )
            writer.Write(value);
        for (var y = height - 1; y >= 0; y--)
        {
            for (var x = 0; x < width; x++)
                writer.Write([rgb[3 * (y * width + x) + 2], rgb[3 * (y * width + x) + 1], rgb[3 * (y * width + x)]]);
            writer.Write(new byte[row - 3 * width]);
        }
        return bmp.ToArray();
    }

    /// <summary>A grey picture as a GIF: LZW codes that build up a table, as any encoder's.</summary>
    internal static byte[] Gif(int height, int width, byte[] grey)
    {
        using var gif = new MemoryStream();
        using var writer = new BinaryWriter(gif);
        writer.Write("GIF89a"u8);
        writer.Write((short)width);
        writer.Write((short)height);
        writer.Write([0xF7, 0, 0]); // 256 colours
        for (var i = 0; i < 256; i++)
            writer.Write([(byte)i, (byte)i, (byte)i]);
        writer.Write([0x21, 0xFE, 2, (byte)'h', (byte)'i', 0, 0x2C]); // a comment, then the picture
        foreach (var value in (short[])[0, 0, (short)width, (short)height])
            writer.Write(value);
        writer.Write([0, 8]);
        foreach (var part in Lzw(grey).Chunk(255))
        {
            writer.Write((byte)part.Length);
            writer.Write(part);
        }
        writer.Write([0, 0x3B]);
        return gif.ToArray();
    }

    /// <summary>
    /// A picture of 256 colours as a BMP, with a header of OS/2 or of Windows, and bytes that mean nothing before the
    /// pixels.
    /// </summary>
    internal static byte[] Bmp(int height, int width, byte[] indices, byte[] colours, bool isCore, int gap)
    {
        var (row, header) = ((width + 3) / 4 * 4, isCore ? 12 : 40);
        var start = 14 + header + 256 * (isCore ? 3 : 4) + gap;
        using var bmp = new MemoryStream();
        using var writer = new BinaryWriter(bmp);
        writer.Write("BM"u8);
        foreach (var value in (int[])[start + row * height, 0, start, header])
            writer.Write(value);
        if (isCore)
            writer.Write(MemoryMarshal.AsBytes<short>([(short)width, (short)height, 1, 8]));
        else
            writer.Write(
                MemoryMarshal.AsBytes<int>([width, height, 1 | 8 << 16, 0, row * height, 0, 0, gap > 0 ? 0 : 256, 0])
            );
        for (var i = 0; i < 256; i++)
        {
            writer.Write([colours[3 * i + 2], colours[3 * i + 1], colours[3 * i]]);
            if (!isCore)
                writer.Write((byte)0);
        }
        writer.Write([.. Enumerable.Repeat((byte)77, gap)]);
        for (var y = height - 1; y >= 0; y--)
            writer.Write([.. indices[(y * width)..((y + 1) * width)], .. new byte[row - width]]);
        return bmp.ToArray();
    }

    internal static byte[] Lzw(byte[] values)
    {
        var (bits, bytes, free) = (0UL, new List<byte>(), 0);
        Dictionary<string, int> table = [];
        var width = 9;
        void Put(int code)
        {
            bits |= (ulong)code << free;
            for (free += width; free >= 8; free -= 8, bits >>= 8)
                bytes.Add((byte)bits);
        }
        void Clear()
        {
            Put(256);
            table = Enumerable.Range(0, 256).ToDictionary(i => $"{(char)i}", i => i);
            width = 9;
        }
        Clear();
        var word = "";
        foreach (var value in values)
        {
            if (table.ContainsKey(word + (char)value))
            {
                word += (char)value;
                continue;
            }
            Put(table[word]);
            table[word + (char)value] = table.Count + 2;
            if (table.Count + 1 == 1 << width && width < 12)
                width++;
            if (table.Count + 2 == 4096)
                Clear();
            word = $"{(char)value}";
        }
        Put(table[word]);
        Put(257);
        bytes.Add((byte)bits);
        return [.. bytes];
    }

    /// <summary>The same as an uncompressed TIFF of one strip, of either byte order.</summary>
    internal static byte[] Tiff(int height, int width, byte[] rgb, byte orientation = 1, bool isBig = false) =>
        TiffOf(height, width, rgb, orientation, isBig);

    /// <summary>
    /// The same with fields of one short number each in place of its own, or besides; 0 leaves one out.
    /// </summary>
    internal static byte[] TiffOf(
        int height,
        int width,
        byte[] data,
        byte orientation = 1,
        bool isBig = false,
        params (int Tag, int Value)[] others
    )
    {
        List<(int Tag, int Type, int Count, int Value)> fields =
        [
            (256, 3, 1, width),
            (257, 3, 1, height),
            (258, 3, 1, 8), // for all samples
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, 8),
            (274, 3, 1, orientation),
            (277, 3, 1, 3),
            (278, 3, 1, height),
            (279, 4, 1, data.Length),
        ];
        fields.RemoveAll(f => others.Any(o => o.Tag == f.Tag));
        fields.AddRange(others.Where(o => o.Value > 0).Select(o => (o.Tag, 3, 1, o.Value)));
        return Directory([.. fields.OrderBy(f => f.Tag)], data, isBig);
    }

    /// <summary>The compressions of TIFF files that are read; all but JPEG keep every pixel.</summary>
    internal static IReadOnlyList<Compression> TiffCompressions { get; } =
    [Compression.LZW, Compression.ADOBE_DEFLATE, Compression.PACKBITS, Compression.JPEG];

    /// <summary>The same as a TIFF of that compression, in strips of 16 rows, as another program writes it.</summary>
    internal static byte[] Tiff(int height, int width, byte[] rgb, Compression compression)
    {
        var path = Path.Combine(Machine.Folder(), "x.tif");
        using (var tiff = BitMiracle.LibTiff.Classic.Tiff.Open(path, "w"))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, width);
            tiff.SetField(TiffTag.IMAGELENGTH, height);
            tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, 3);
            tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.ROWSPERSTRIP, 16);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            for (var y = 0; y < height; y++)
                tiff.WriteScanline(rgb[(y * width * 3)..((y + 1) * width * 3)], y);
        }
        return File.ReadAllBytes(path);
    }

    /// <summary>EXIF data that state an orientation.</summary>
    internal static byte[] Exif(byte orientation, bool isBig = false) =>
        Directory([(274, 3, 1, orientation)], [], isBig);

    /// <summary>A JPEG with EXIF data put behind its beginning.</summary>
    internal static byte[] Turned(byte[] jpeg, byte orientation)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. Exif(orientation, isBig: true)];
        return [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    // Order, 42, where the directory is; data; fields of 12 bytes.
    private static byte[] Directory((int Tag, int Type, int Count, int Value)[] fields, byte[] data, bool isBig)
    {
        using var file = new MemoryStream();
        void Write(int value, int width)
        {
            for (var i = 0; i < width; i++)
                file.WriteByte((byte)(value >> 8 * (isBig ? width - 1 - i : i)));
        }
        file.Write(isBig ? "MM"u8 : "II"u8);
        Write(42, 2);
        Write(8 + data.Length, 4);
        file.Write(data);
        Write(fields.Length, 2);
        foreach (var (tag, type, count, value) in fields)
        {
            Write(tag, 2);
            Write(type, 2);
            Write(count, 4);
            Write(value, type == 3 ? 2 : 4);
            if (type == 3)
                Write(0, 2);
        }
        Write(0, 4);
        return file.ToArray();
    }

    internal static void Chunk(Stream stream, string name, byte[] data)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        stream.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        stream.Write(number);
    }

    private static uint Crc(byte[] data)
    {
        var crc = 0xffffffffu;
        foreach (var b in data)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++)
                crc = (crc & 1) != 0 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
