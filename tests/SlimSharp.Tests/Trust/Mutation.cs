namespace SlimSharp.Tests.Trust;

/// <summary>A file as damage, a bad line or an attacker would leave it.</summary>
internal static class Mutation
{
    private const int Edge = 512; // headers and directories stand at the ends of files
    private static readonly ulong[] Telling =
    [
        0,
        1,
        0x7F,
        0x80,
        0xFF,
        0x7FFF,
        0xFFFF,
        int.MaxValue,
        uint.MaxValue,
        0x80000000,
        long.MaxValue,
        ulong.MaxValue,
    ];

    /// <summary>One to three changes of the seed.</summary>
    internal static byte[] Of(byte[] seed, Random random)
    {
        var bytes = seed;
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
            bytes = Change(bytes, random);
        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        var (at, length) = (Place(bytes.Length, random), random.Next(1, 65));
        var end = Math.Min(at + length, bytes.Length);
        byte[] copy = [.. bytes];
        switch (random.Next(8))
        {
            case 0:
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1:
                copy[at] = (byte)random.Next(256);
                return copy;
            case 2:
                return bytes[..at];
            case 3:
                var number = BitConverter.GetBytes(Telling[random.Next(Telling.Length)]);
                var width = Math.Min(1 << random.Next(4), bytes.Length - at);
                if (random.Next(2) == 0)
                    Array.Reverse(number, 0, width);
                number.AsSpan(0, width).CopyTo(copy.AsSpan(at));
                return copy;
            case 4:
                return [.. bytes[..at], .. bytes[end..]];
            case 5:
                return [.. bytes[..end], .. bytes[at..]];
            case 6:
                var from = Place(bytes.Length, random);
                bytes.AsSpan(from, Math.Min(end - at, bytes.Length - from)).CopyTo(copy.AsSpan(at));
                return copy;
            default:
                copy.AsSpan(at, end - at).Clear();
                return copy;
        }
    }

    private static int Place(int length, Random random) =>
        random.Next(3) switch
        {
            0 => random.Next(Math.Min(length, Edge)),
            1 => length - 1 - random.Next(Math.Min(length, Edge)),
            _ => random.Next(length),
        };
}
