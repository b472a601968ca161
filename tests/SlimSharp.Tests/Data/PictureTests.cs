using BitMiracle.LibTiff.Classic;
using SlimSharp.Data;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class PictureTests
{
    private const int Height = 5;
    private const int Width = 7;
    private static readonly byte[] Rgb = [.. Enumerable.Range(0, Height * Width * 3).Select(k => (byte)(k * 37 % 251))];

    private static byte[] Planes(byte[] rgb, int area = Height * Width) =>
        [.. Enumerable.Range(0, rgb.Length).Select(i => rgb[i % area * 3 + i / area])];

    [Fact]
    public void Every_format_gives_the_pixels_that_were_written()
    {
        foreach (
            var content in (byte[][])
                [
                    Pictures.Png(Height, Width, Rgb),
                    Pictures.Bmp(Height, Width, Rgb),
                    Pictures.Tiff(Height, Width, Rgb),
                    Pictures.Tiff(Height, Width, Rgb, isBig: true),
                    .. Pictures
                        .TiffCompressions.Where(c => c != Compression.JPEG)
                        .Select(c => Pictures.Tiff(Height, Width, Rgb, c)),
                ]
        )
        {
            var image = ImageFolder.Decode("picture", content);
            Assert.Equal(new Shape(3, Height, Width), image.Shape);
            Assert.Equal(Planes(Rgb), image.Pixels);
        }
        foreach (var seed in Enumerable.Range(0, 3))
        {
            // Noise fills the table of codes, stripes make them long.
            var random = new Random(seed);
            byte[] grey =
            [
                .. Enumerable.Range(0, 120 * 90).Select(i => (byte)(seed == 0 ? i / 500 : random.Next(256))),
            ];
            var image = ImageFolder.Decode("picture", Pictures.Gif(120, 90, grey));
            Assert.Equal([.. grey, .. grey, .. grey], image.Pixels);
        }
    }

    // EXIF 2.32, orientation: where row 0 and column 0 of the stored picture are to be seen.
    [Theory]
    [InlineData(1, "top", "left")]
    [InlineData(2, "top", "right")]
    [InlineData(3, "bottom", "right")]
    [InlineData(4, "bottom", "left")]
    [InlineData(5, "left", "top")]
    [InlineData(6, "right", "top")]
    [InlineData(7, "right", "bottom")]
    [InlineData(8, "left", "bottom")]
    public void Pictures_are_turned_as_exif_says(byte orientation, string row0, string column0)
    {
        foreach (
            var content in (byte[][])
                [Pictures.Png(Height, Width, Rgb, orientation), Pictures.Tiff(Height, Width, Rgb, orientation)]
        )
        {
            var shown = ImageFolder.Decode("picture", content);
            var (h, w) = (shown.Shape.Height, shown.Shape.Width);
            Assert.Equal(row0 is "top" or "bottom" ? (Height, Width) : (Width, Height), (h, w));
            for (var y = 0; y < Height; y++)
            {
                for (var x = 0; x < Width; x++)
                {
                    var row = row0 is "top" or "bottom" ? Place(row0, y, Height) : Place(column0, x, Width);
                    var column = row0 is "top" or "bottom" ? Place(column0, x, Width) : Place(row0, y, Height);
                    for (var c = 0; c < 3; c++)
                        Assert.Equal(Rgb[3 * (y * Width + x) + c], shown.Pixels[(c * h + row) * w + column]);
                }
            }
        }
    }

    // How far from the top or left a stored row or column is seen, if its first is at that side.
    private static int Place(string side, int index, int count) => side is "top" or "left" ? index : count - 1 - index;

    [Fact]
    public void A_turned_jpeg_is_the_turned_picture()
    {
        var path = Machine.SharedPath("cases", "exif", "turned.jpg");
        var jpeg = File.ReadAllBytes(path);
        var turned = ImageFolder.Decode("turned", jpeg); // orientation 3: by 180 degrees
        var stored = ImageFolder.Decode("stored", Pictures.Turned(Without(jpeg), 1));
        for (var c = 0; c < 3; c++)
            Assert.Equal(
                stored.Pixels.Skip(c * stored.Shape.Area).Take(stored.Shape.Area).Reverse(),
                turned.Pixels.Skip(c * stored.Shape.Area).Take(stored.Shape.Area)
            );
        Assert.Equal(turned.Pixels, ImageFolder.Decode("again", Pictures.Turned(Without(jpeg), 3)).Pixels);
    }

    // The file without its first segment of EXIF data.
    private static byte[] Without(byte[] jpeg)
    {
        for (var at = 2; jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA; at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]))
        {
            if (jpeg[at + 1] == 0xE1)
                return [.. jpeg[..at], .. jpeg[(at + 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]))..]];
        }
        return jpeg;
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 20)]
    [InlineData(true, 0)]
    [InlineData(true, 20)]
    public void Every_colour_of_a_bmp_is_the_one_of_its_palette(bool isCore, int gap)
    {
        byte[] indices = [.. Enumerable.Range(0, 16 * 17).Select(i => (byte)(i * 5))]; // all 256, rows of 17
        byte[] colours = [.. Enumerable.Range(0, 3 * 256).Select(i => (byte)(i * 89))];
        var image = ImageFolder.Decode("a.bmp", Pictures.Bmp(16, 17, indices, colours, isCore, gap));
        for (var i = 0; i < image.Pixels.Length; i++)
            Assert.Equal(colours[3 * indices[i % indices.Length] + i / indices.Length], image.Pixels[i]);
    }

    [Fact]
    public void What_stands_between_header_and_pixels_of_a_bmp_is_no_pixel()
    {
        var bmp = Pictures.Bmp(Height, Width, Rgb);
        bmp[10] += 8;
        var image = ImageFolder.Decode("a.bmp", [.. bmp[..54], 1, 2, 3, 4, 5, 6, 7, 8, .. bmp[54..]]);
        Assert.Equal(Planes(Rgb), image.Pixels);
    }

    [Theory]
    [InlineData(1)] // opacity that colours are multiplied by already
    [InlineData(2)] // that they are not
    public void Colours_beside_an_opacity_come_as_they_are(int kind)
    {
        byte[] four = [.. Rgb.Chunk(3).SelectMany((c, i) => (byte[])[.. c, (byte)(i * 40)])];
        var tiff = Pictures.TiffOf(Height, Width, four, others: [(277, 4), (338, kind)]);
        Assert.Equal(Planes(Rgb), ImageFolder.Decode("a.tif", tiff).Pixels);
    }

    [Theory]
    [InlineData(262, 0, "whether its numbers are shades")]
    [InlineData(262, 8, "photometric interpretation 8")]
    [InlineData(339, 2, "not whole numbers from 0 on")]
    [InlineData(339, 3, "not whole numbers from 0 on")]
    public void A_tiff_whose_numbers_are_something_else_is_refused(int tag, int value, string because) =>
        Assert.Contains(
            because,
            Refusal(() => ImageFolder.Decode("a.tif", Pictures.TiffOf(Height, Width, Rgb, others: [(tag, value)])))
        );

    [Fact]
    public void Colours_in_another_order_or_unexplained_are_refused()
    {
        Assert.Contains(
            "Apple",
            Refusal(() => ImageFolder.Decode("a.png", Pictures.Png(Height, Width, Rgb, before: "CgBI")))
        );
        byte[] Jpeg(int colours, byte[] mark) =>
            [
                0xFF,
                0xD8,
                .. mark,
                .. (byte[])[0xFF, 0xC0, 0, 8, 8, 0, 1, 0, 1, (byte)colours],
                .. (byte[])[0xFF, 0xDA, 0, 2, 0xFF, 0xD9],
            ];
        byte[] jfif = [0xFF, 0xE0, 0, 7, .. "JFIF\0"u8];
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        string Said(int colours, params byte[] mark) => Refusal(() => ImageFolder.Decode("a.jpg", Jpeg(colours, mark)));
        Assert.Contains("four colours", Said(4));
        Assert.Contains("four colours", Said(4, jfif));
        Assert.Contains("luma and chroma by one of its parts", Said(3, [.. jfif, .. adobe]));
        Assert.Contains("luma and chroma by one of its parts", Said(3, [.. adobe, .. jfif]));
        Assert.DoesNotContain("colours", Said(4, adobe)); // but it holds no picture
    }

    [Fact]
    public void What_is_cut_short_or_of_another_format_is_refused_in_a_sentence()
    {
        byte[] grey = [.. Enumerable.Range(0, 400).Select(i => (byte)(i * 7))];
        foreach (
            var whole in (byte[][])
                [Pictures.Bmp(Height, Width, Rgb), Pictures.Gif(20, 20, grey), Pictures.Tiff(Height, Width, Rgb)]
        )
        {
            for (var length = 0; length < whole.Length - 4; length++) // behind a TIFF's directory stand four zeros
                Assert.Contains("is not an intact", Refusal(() => ImageFolder.Decode("short", whole[..length])));
        }
        var gif = Pictures.Gif(20, 20, grey);
        var height = gif.AsSpan().IndexOf("hi\0,"u8) + 10;
        (gif[8], gif[height]) = (21, 21); // a row more than its codes give
        Assert.Contains("its picture is cut short", Refusal(() => ImageFolder.Decode("gif", gif)));
        Assert.Contains("WebP", Refusal(() => ImageFolder.Decode("a.jpg", [.. "RIFF\0\0\0\0WEBPVP8 "u8])));
        var fax = Pictures.Tiff(Height, Width, Rgb);
        fax[8 + Rgb.Length + 2 + 3 * 12 + 8] = 4;
        Assert.Contains("compression 4, which is not read", Refusal(() => ImageFolder.Decode("fax", fax)));
    }
}
