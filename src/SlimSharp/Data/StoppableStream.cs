namespace SlimSharp.Data;

/// <summary>A file that is read until somebody wants it to stop; in pieces, so that it is asked often.</summary>
/// <param name="file">The file.</param>
/// <param name="stop">
/// Says that it shall stop, which is an <see cref="OperationCanceledException"/> of whoever reads.
/// </param>
internal sealed class StoppableStream(Stream file, CancellationToken stop) : ReadOnlyStream(file)
{
    private const int Piece = 1 << 22;

    /// <inheritdoc/>
    public override bool CanSeek => Inner.CanSeek;

    /// <inheritdoc/>
    public override long Length => Inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => Inner.Position;
        set => Inner.Position = value;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        stop.ThrowIfCancellationRequested();
        return Inner.Read(buffer[..Math.Min(buffer.Length, Piece)]);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Inner.Seek(offset, origin);
}
