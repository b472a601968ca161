using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>
/// A file of scalars that TensorBoard shows: records of a length, its checksum, an Event message and its checksum
/// (TensorFlow's record_writer.h and event.proto), written without TensorFlow. Every record is flushed, so that a page
/// that is open grows.
/// </summary>
public sealed class EventFile : IDisposable
{
    /// <summary>What the file in a run's folder is called.</summary>
    public const string Name = "events.out.tfevents.slimsharp";

    private const uint Mask = 0xa282ead8;
    private readonly FileStream _stream;

    /// <summary>Begins a file, in the place of one that may be there.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public EventFile(string path)
    {
        try
        {
            _stream = new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{path} cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
        var version = new Message();
        version.Number(1, 0.0);
        version.Text(3, "brain.Event:2");
        Write(version);
    }

    /// <summary>Adds scalars of one step.</summary>
    /// <param name="step">The step, such as an epoch.</param>
    /// <param name="time">When it was.</param>
    /// <param name="scalars">Names, with slashes between groups, and values.</param>
    public void Add(long step, DateTime time, IEnumerable<(string Name, double Value)> scalars)
    {
        var summary = new Message();
        foreach (var (name, value) in scalars)
        {
            var scalar = new Message();
            scalar.Text(1, name);
            scalar.Number(2, (float)value);
            summary.Inner(1, scalar);
        }
        var message = new Message();
        message.Number(1, (time.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        message.Whole(2, step);
        message.Inner(5, summary);
        Write(message);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(Message message)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, message.Bytes.Length);
        Span<byte> sum = stackalloc byte[4];
        _stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Checksum(length));
        _stream.Write(sum);
        _stream.Write(message.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(sum, Checksum(message.Bytes));
        _stream.Write(sum);
        _stream.Flush();
    }

    // CRC-32C, turned by 15 bits and shifted by a constant.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + Mask;
    }

    /// <summary>A protocol-buffers message in the making.</summary>
    private sealed class Message
    {
        private const int Fixed64 = 1;
        private const int Delimited = 2;
        private const int Fixed32 = 5;
        private readonly ArrayBufferWriter<byte> _bytes = new();

        internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

        internal void Whole(int field, long value)
        {
            Variable((ulong)field << 3);
            Variable((ulong)value);
        }

        internal void Number(int field, double value)
        {
            Variable(((ulong)field << 3) | Fixed64);
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            _bytes.Write(bytes);
        }

        internal void Number(int field, float value)
        {
            Variable(((ulong)field << 3) | Fixed32);
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            _bytes.Write(bytes);
        }

        internal void Text(int field, string text) => Block(field, Encoding.UTF8.GetBytes(text));

        internal void Inner(int field, Message message) => Block(field, message.Bytes);

        private void Block(int field, ReadOnlySpan<byte> bytes)
        {
            Variable(((ulong)field << 3) | Delimited);
            Variable((ulong)bytes.Length);
            _bytes.Write(bytes);
        }

        private void Variable(ulong value)
        {
            for (; value > 127; value >>= 7)
                _bytes.Write([(byte)(value | 128)]);
            _bytes.Write([(byte)value]);
        }
    }
}
