using SlimSharp.Data;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

/// <summary>Pictures whose pixels are numbers of colours.</summary>
public class PaletteTests
{
    private const string Beyond = "a pixel in it has a colour that is not in its palette";
    private static readonly byte[] Four = [10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42];
    private static readonly byte[] Own = [.. Four.Select(v => (byte)(v + 100))];

    private static byte[] Reds(byte[] content)
    {
        var image = ImageFolder.Decode("a", content);
        var area = image.Pixels.Length / 3;
        Assert.Equal(image.Pixels[..area].Select(v => (byte)(v + 1)), image.Pixels[area..(2 * area)]);
        return image.Pixels[..area];
    }

    // What Pillow 9.4 gives for the same files, made RGB: a transparent pixel has its colour, and what is bare that of
    // the transparent index, or else of 0.
    [Fact]
    public void What_is_transparent_or_bare_in_a_gif_comes_as_others_show_it()
    {
        byte[] all = [0, 1, 2, 3];
        byte[] Bare(byte[]? own = null, int transparent = -1) =>
            Reds(PalettePictures.Gif((3, 2), (2, 2), all, Four, left: 1, own, transparent));
        Assert.Equal([10, 20, 30, 40], Reds(PalettePictures.Gif((2, 2), (2, 2), all, Four)));
        Assert.Equal([10, 20, 30, 40], Reds(PalettePictures.Gif((2, 2), (2, 2), all, Four, transparent: 2)));
        Assert.Equal([10, 10, 20, 10, 30, 40], Bare());
        Assert.Equal([30, 10, 20, 30, 30, 40], Bare(transparent: 2));
        Assert.Equal([110, 110, 120, 110, 130, 140], Bare(Own));
        Assert.Equal([120, 110, 120, 120, 130, 140], Bare(Own, transparent: 1));
        byte[] nine = [0, 1, 2, 3, 0, 1, 2, 3, 0];
        Assert.Equal(
            [10, 20, 40, 30, 30, 40, 10, 10, 20],
            Reds(PalettePictures.Gif((1, 9), (1, 9), nine, Four, isInterlaced: true))
        );
    }

    [Fact]
    public void A_colour_beyond_the_palette_is_refused()
    {
        string Said(byte[] content) => Refusal(() => ImageFolder.Decode("a", content));
        foreach (var wrong in (byte[])[4, 5, 100, 255])
        {
            byte[] pixels = [0, 1, 2, 3, 0, 0, 0, wrong];
            Assert.Contains(Beyond, Said(PalettePictures.Gif((4, 2), (4, 2), pixels, Four)));
            Assert.Contains(Beyond, Said(PalettePictures.Png(2, 4, 8, pixels, Four)));
            Assert.Contains(Beyond, Said(PalettePictures.Bmp(pixels, Four, 4)));
            Assert.Contains(Beyond, Said(PalettePictures.Bmp(pixels, Four, 0))); // as many as there is room for
        }
        Assert.Contains(Beyond, Said(PalettePictures.Gif((3, 2), (2, 2), [0, 1, 2, 3], Four, 1, transparent: 9)));
        Assert.Contains(Beyond, Said(PalettePictures.Png(1, 4, 2, [0b00_01_10_11], Four[..9])));
    }

    [Fact]
    public void Colours_of_a_short_palette_are_those_in_it()
    {
        byte[] pixels = [0, 1, 2, 3, 3, 2, 1, 0];
        byte[] reds = [10, 20, 30, 40, 40, 30, 20, 10];
        Assert.Equal(reds, Reds(PalettePictures.Png(2, 4, 8, pixels, Four)));
        Assert.Equal(reds, Reds(PalettePictures.Bmp(pixels, Four, 4)));
        Assert.Equal(reds, Reds(PalettePictures.Bmp(pixels, Four, 0)));
        Assert.Equal([10, 20, 30, 20], Reds(PalettePictures.Png(1, 4, 2, [0b00_01_10_01], Four[..9])));
    }
}
