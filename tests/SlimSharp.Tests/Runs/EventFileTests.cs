using System.Buffers.Binary;
using Google.Protobuf;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class EventFileTests
{
    [Fact]
    public void An_independent_reader_finds_every_scalar()
    {
        var path = Path.Combine(Machine.Folder(), EventFile.Name);
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        using (var file = new EventFile(path))
        {
            file.Add(1, time, [("loss/training", 2.5), ("λ", 1e-3)]);
            file.Add(300, time.AddSeconds(9), [("loss/training", 0.25)]);
        }
        var bytes = File.ReadAllBytes(path);
        // How every event file of TensorFlow begins: a record of 24 bytes, and the checksum of that length.
        Assert.Equal(Convert.FromHexString("1800000000000000a37f4b22"), bytes[..12]);
        var events = Records(bytes).Select(Read).ToArray();
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal((1L, 300L), (events[1].Step, events[2].Step));
        Assert.Equal(new DateTimeOffset(time).ToUnixTimeSeconds(), events[1].Time, 6);
        Assert.Equal([("loss/training", 2.5f), ("λ", 1e-3f)], events[1].Scalars);
        Assert.Equal([("loss/training", 0.25f)], events[2].Scalars);
    }

    [Fact]
    public void The_checksum_is_that_of_its_definition() => Assert.Equal(0xE3069283, Crc32C("123456789"u8));

    private static IEnumerable<byte[]> Records(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; )
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            var data = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            yield return data;
            at += length + 16;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    // Bit by bit (RFC 3720, appendix B.4).
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    private static (double Time, long Step, string Version, List<(string, float)> Scalars) Read(byte[] bytes)
    {
        var (time, step, version, scalars) = (0.0, 0L, "", new List<(string, float)>());
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (tag >> 3)
            {
                case 1:
                    time = input.ReadDouble();
                    break;
                case 2:
                    step = input.ReadInt64();
                    break;
                case 3:
                    version = input.ReadString();
                    break;
                default:
                    var summary = input.ReadBytes().CreateCodedInput();
                    while (summary.ReadTag() != 0)
                    {
                        var value = summary.ReadBytes().CreateCodedInput();
                        Assert.Equal((1u << 3) | 2, value.ReadTag());
                        var name = value.ReadString();
                        Assert.Equal((2u << 3) | 5, value.ReadTag());
                        scalars.Add((name, value.ReadFloat()));
                    }
                    break;
            }
        }
        return (time, step, version, scalars);
    }
}
