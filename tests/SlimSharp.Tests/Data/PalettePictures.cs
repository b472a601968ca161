using System.Buffers.Binary;
using System.IO.Compression;

namespace SlimSharp.Tests.Data;

/// <summary>Writes small pictures with a palette, whole or not.</summary>
internal static class PalettePictures
{
    /// <summary>A PNG of that many bits a pixel, whose rows are given packed.</summary>
    internal static byte[] Png(int height, int width, byte bits, byte[] rows, byte[] palette)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, 3);
        Pictures.Chunk(png, "IHDR", header);
        Pictures.Chunk(png, "PLTE", palette);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var row in rows.Chunk(rows.Length / height))
                zlib.Write([0, .. row]);
        }
        Pictures.Chunk(png, "IDAT", packed.ToArray());
        Pictures.Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>A BMP of 8 bits a pixel with that palette, rows of four.</summary>
    internal static byte[] Bmp(byte[] indices, byte[] palette, int said)
    {
        var start = 54 + palette.Length / 3 * 4;
        using var bmp = new MemoryStream();
        using var writer = new BinaryWriter(bmp);
        writer.Write("BM"u8);
        foreach (
            var value in (int[])
                [start + indices.Length, 0, start, 40, 4, -indices.Length / 4, 1 | 8 << 16, 0, 0, 0, 0, said, 0]
        )
            writer.Write(value);
        foreach (var colour in palette.Chunk(3))
            writer.Write([colour[2], colour[1], colour[0], 0]);
        writer.Write(indices);
        return bmp.ToArray();
    }

    /// <summary>
    /// A GIF whose picture stands at <paramref name="left"/> on its screen, with palettes of four colours.
    /// </summary>
    internal static byte[] Gif(
        (int Width, int Height) screen,
        (int Width, int Height) picture,
        byte[] indices,
        byte[] palette,
        int left = 0,
        byte[]? own = null,
        int transparent = -1,
        bool isInterlaced = false
    )
    {
        using var gif = new MemoryStream();
        using var writer = new BinaryWriter(gif);
        writer.Write("GIF89a"u8);
        foreach (var value in (short[])[(short)screen.Width, (short)screen.Height])
            writer.Write(value);
        writer.Write([0x81, 3, 0]); // four colours, of which 3 is the background, which viewers pass over
        writer.Write(palette);
        if (transparent >= 0)
            writer.Write([0x21, 0xF9, 4, 1, 0, 0, (byte)transparent, 0]);
        writer.Write((byte)0x2C);
        foreach (var value in (short[])[(short)left, 0, (short)picture.Width, (short)picture.Height])
            writer.Write(value);
        writer.Write((byte)((own is null ? 0 : 0x81) | (isInterlaced ? 0x40 : 0)));
        writer.Write(own ?? []);
        var codes = Pictures.Lzw(indices);
        writer.Write([8, (byte)codes.Length, .. codes, 0, 0x3B]);
        return gif.ToArray();
    }
}
