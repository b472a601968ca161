namespace SlimSharp.Data;

/// <summary>
/// The codes of a GIF file's picture: LZW, in which every code but the first adds one that stands for the pixels of the
/// code before and one more (GIF89a, appendix F).
/// </summary>
internal static class GifCodes
{
    private const int Most = 1 << 12;

    /// <summary>
    /// How many pixels they stand for, counted until there are enough, and the pixels themselves where there is room
    /// for them.
    /// </summary>
    /// <param name="size">Bits of a pixel.</param>
    /// <param name="data">The codes.</param>
    /// <param name="enough">How many pixels the picture has.</param>
    /// <param name="pixels">Room for that many; empty to count only.</param>
    /// <exception cref="InvalidDataException">A code has no meaning.</exception>
    internal static long Read(int size, byte[] data, long enough, Span<byte> pixels = default)
    {
        if (size is < 1 or > 8)
            throw new InvalidDataException($"its codes are of {size} bits");
        var clear = 1 << size;
        var (length, prefix, first, last) = (new int[Most], new int[Most], new int[Most], new int[Most]);
        for (var i = 0; i < clear; i++)
            (length[i], first[i], last[i]) = (1, i, i);
        var (bits, next, before, count, position) = (size + 1, clear + 2, -1, 0L, 0);
        while (count < enough && position + bits <= 8 * data.Length)
        {
            var code = 0;
            for (var i = 0; i < bits; i++, position++)
                code |= (data[position / 8] >> (position % 8) & 1) << i;
            if (code == clear + 1)
                break;
            if (code == clear)
            {
                (bits, next, before) = (size + 1, clear + 2, -1);
                continue;
            }
            if (code > next || before < 0 && code >= clear || code == next && next == Most)
                throw new InvalidDataException("a code in it has no meaning");
            if (before >= 0 && next < Most)
            {
                (length[next], prefix[next], first[next]) = (length[before] + 1, before, first[before]);
                last[next] = first[code]; // of the code itself, if it is the one that is added
                next++;
            }
            var (at, end) = (code, count);
            count += length[code];
            for (var i = count - 1; i >= end && !pixels.IsEmpty; i--, at = prefix[at])
            {
                if (i < pixels.Length)
                    pixels[(int)i] = (byte)last[at];
            }
            before = code;
            if (next == 1 << bits && bits < 12)
                bits++;
        }
        return count;
    }
}
