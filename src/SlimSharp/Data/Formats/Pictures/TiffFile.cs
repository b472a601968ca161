using BitMiracle.LibTiff.Classic;

namespace SlimSharp.Data;

/// <summary>
/// TIFF files, of which the first picture is read: strips or tiles of 1 to 16 bits, plain or in a common compression.
/// </summary>
internal static class TiffFile
{
    private const long MostPixels = 1 << 26;
    private const int Unsigned = 1; // formats of samples
    private const int Undefined = 4;

    // Plain, LZW, JPEG, deflate (two numbers), PackBits; not what fax machines use.
    private static readonly uint[] Compressions = [1, 5, 7, 8, 32946, 32773];

    // Grey from white or black on, red, green and blue, a palette, cyan to black, luma and chroma.
    private static readonly uint[] Interpretations = [0, 1, 2, 3, 5, 6];

    static TiffFile() => Tiff.SetErrorHandler(new Silence());

    internal static bool Begins(byte[] content) => content is [0x49, 0x49, 42, 0, ..] or [0x4D, 0x4D, 0, 42, ..];

    /// <exception cref="InvalidDataException">
    /// It is not whole, or of a kind that is not read; the message says how.
    /// </exception>
    internal static PictureHead Check(byte[] content)
    {
        var fields = TiffDirectory.Read(content);
        var (width, height) = (fields.One(256, 0), fields.One(257, 0));
        var (samples, bits, compression) = (fields.One(277, 1), fields.Many(258), fields.One(259, 1));
        if (width is 0 or > 1 << 20 || height is 0 or > 1 << 20)
            throw new InvalidDataException($"it claims {width}×{height} pixels");
        if (!Compressions.Contains(compression))
            throw new InvalidDataException(
                $"it is a TIFF file of compression {compression}, which is not read; {PictureFormat.Advice}"
            );
        if (samples is 0 or > 8 || bits.Any(b => b is not (1 or 2 or 4 or 8 or 16)))
            throw new InvalidDataException(
                $"it is a TIFF file of {samples} × {bits.FirstOrDefault(1u)} bits a pixel; up to 8 samples of 1 to 16 bits are read"
            );
        CheckMeaning(fields);
        // Tiles that reach beyond the picture take memory, too.
        if (Math.Max(fields.One(322, 1), 1) * (ulong)Math.Max(fields.One(323, 1), 1) > (ulong)MostPixels)
            throw new InvalidDataException("its tiles are too large");
        var (offsets, sizes) = (fields.Many(273), fields.Many(279));
        if (offsets.Length == 0)
            (offsets, sizes) = (fields.Many(324), fields.Many(325));
        if (offsets.Length == 0 || offsets.Length != sizes.Length)
            throw new InvalidDataException("it does not say where its pixels are");
        if (offsets.Zip(sizes).Any(p => (long)p.First + p.Second > content.Length))
            throw new InvalidDataException(JpegFile.CutShort);
        var rows = (width * (long)samples * bits.FirstOrDefault(1u) + 7) / 8 * height;
        if (compression == 1 && sizes.Sum(s => (long)s) < rows)
            throw new InvalidDataException("it holds fewer pixels than it claims");
        return new((int)width, (int)height, fields.Orientation());
    }

    // What the numbers are: decoders take those of other kinds for shades without a word.
    private static void CheckMeaning(TiffDirectory fields)
    {
        if (fields.Many(262) is not [var interpretation, ..])
            throw new InvalidDataException("it does not say whether its numbers are shades or colours");
        if (!Interpretations.Contains(interpretation))
            throw new InvalidDataException(
                $"it is a TIFF file of the photometric interpretation {interpretation}, which is not read; {PictureFormat.Advice}"
            );
        if (fields.Many(339).Any(f => f is not (Unsigned or Undefined)))
            throw new InvalidDataException(
                $"its samples are not whole numbers from 0 on, and only such are read; {PictureFormat.Advice}"
            );
    }

    internal static byte[] Decode(byte[] content, PictureHead head)
    {
        using var stream = new MemoryStream(content, writable: false);
        using var tiff =
            Tiff.ClientOpen("picture", "r", stream, new TiffStream())
            ?? throw new InvalidDataException("it cannot be opened");
        // Colours beside an opacity come as they are, as those of PNG files do; else they would be multiplied by it.
        if (tiff.GetField(TiffTag.EXTRASAMPLES) is not null)
            tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.ASSOCALPHA });
        var raster = new int[head.Width * head.Height];
        // Asked for in the orientation in which it is stored, so that it comes as it is.
        if (!tiff.ReadRGBAImageOriented(head.Width, head.Height, raster, (Orientation)head.Orientation, true))
            throw new InvalidDataException("its pixels cannot be decoded");
        var pixels = new byte[3 * raster.Length];
        for (var i = 0; i < raster.Length; i++)
        {
            pixels[3 * i] = (byte)Tiff.GetR(raster[i]);
            pixels[3 * i + 1] = (byte)Tiff.GetG(raster[i]);
            pixels[3 * i + 2] = (byte)Tiff.GetB(raster[i]);
        }
        return pixels;
    }

    // By default it writes to the console; what matters comes back as a refusal.
    private sealed class Silence : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args) { }

        public override void ErrorHandlerExt(
            Tiff tif,
            object clientData,
            string method,
            string format,
            params object[] args
        ) { }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args) { }

        public override void WarningHandlerExt(
            Tiff tif,
            object clientData,
            string method,
            string format,
            params object[] args
        ) { }
    }
}
