using System.Text;

namespace SlimSharp.Data;

/// <summary>
/// A tar file on its way to whoever reads it: looks at every header first, since readers take the memory that the
/// header of a long name or of extended attributes claims.
/// </summary>
/// <param name="archive">The bytes of the archive.</param>
internal sealed class TarGuard(Stream archive) : ReadOnlyStream(archive)
{
    private const int Block = 512;
    private const int MostAttributes = 1 << 20; // bytes of names and attributes of one entry
    private readonly byte[] _header = new byte[Block];
    private int _headerLeft; // bytes of the header that are still to be handed out
    private long _dataLeft;
    private long _read;

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_headerLeft == 0 && _dataLeft == 0)
            TakeHeader();
        var read = _headerLeft > 0 ? ReadHeader(buffer) : ReadData(buffer);
        _read += read;
        return read;
    }

    private int ReadHeader(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, _headerLeft);
        _header.AsSpan(Block - _headerLeft, read).CopyTo(buffer);
        _headerLeft -= read;
        return read;
    }

    private int ReadData(Span<byte> buffer)
    {
        if (_dataLeft == 0)
            return 0;
        var read = Inner.Read(buffer[..(int)Math.Min(buffer.Length, _dataLeft)]);
        _dataLeft -= read;
        return read;
    }

    // At 124 stands the size, at 156 the kind: x and g for attributes, L and K for long names.
    private void TakeHeader()
    {
        var read = Inner.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
        if (read == 0)
            return;
        if (read < Block)
            throw new InvalidDataException("it is cut short");
        _headerLeft = Block;
        var size = Size(_header.AsSpan(124, 12));
        if (_header[156] is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K' && size > MostAttributes)
            throw new InvalidDataException($"the name or the attributes of an entry claim {size} bytes");
        _dataLeft = checked((size + Block - 1) / Block * Block);
    }

    // Octal digits, or with the first bit set a binary number.
    private static long Size(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            var size = 0L;
            foreach (var b in field[4..])
                size = size << 8 | b;
            return size >= 0 && size <= long.MaxValue / 2
                ? size
                : throw new InvalidDataException("a size in it makes no sense");
        }
        var digits = Encoding.ASCII.GetString(field).Trim('\0', ' ');
        try
        {
            return digits.Length == 0 ? 0 : Convert.ToInt64(digits, 8);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("a size in it is no number", e);
        }
    }
}
