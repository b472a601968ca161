using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Trust;

/// <summary>Bombs that are weights.</summary>
internal static class WeightBombs
{
    private const int Names = 60;
    private const int Numbers = 1 << 24; // of 4 bytes: 64 MB of zeros, which deflate to 64 kB

    internal static string OneStorage(string folder) => PyTorch(folder, storages: 1);

    // Sixty entries of the archive's directory that say they are the same bytes.
    internal static string OneEntry(string folder)
    {
        var path = PyTorch(folder, storages: Names);
        var bytes = File.ReadAllBytes(path);
        byte[]? first = null;
        for (var at = 0; (at = Directory(bytes, at)) >= 0; at++)
        {
            var name = Encoding.ASCII.GetString(bytes, at + 46, BitConverter.ToUInt16(bytes, at + 28));
            if (name == "archive/data/0")
                first = bytes[at..(at + 46)];
            else if (name.StartsWith("archive/data/", StringComparison.Ordinal))
            {
                first!.AsSpan(10, 2).CopyTo(bytes.AsSpan(at + 10)); // how it is compressed
                first.AsSpan(16, 12).CopyTo(bytes.AsSpan(at + 16)); // checksum and sizes
                first.AsSpan(42, 4).CopyTo(bytes.AsSpan(at + 42)); // where it stands
            }
        }
        File.WriteAllBytes(path, bytes);
        return path;

        static int Directory(byte[] bytes, int from)
        {
            var found = bytes.AsSpan(from).IndexOf("PK\u0001\u0002"u8);
            return found < 0 ? -1 : from + found;
        }
    }

    internal static string LargeTensor(string folder)
    {
        const long Bytes = 2_400_000_000;
        var header = Encoding.ASCII.GetBytes(
            $$$"""{"x":{"dtype":"F32","shape":[{{{Bytes / 4}}}],"data_offsets":[0,{{{Bytes}}}]}}"""
        );
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        var path = Path.Combine(folder, "x.safetensors");
        using var stream = File.Create(path);
        stream.Write(length);
        stream.Write(header);
        stream.SetLength(8 + header.Length + Bytes); // a hole, which takes no room on disk
        return path;
    }

    internal static string Channels(string folder) =>
        Slim(folder, new Shape(1_000_000_000), new Activation(ActivationFunction.Relu));

    internal static string Positions(string folder) => Slim(folder, new Shape(1, 31623, 31623), new Flatten());

    internal static string Units(string folder) =>
        Slim(folder, new Shape(8), new SlimSharp.Networks.Linear(1_000_000_000));

    internal static string Slim(string folder, Shape shape, Layer layer)
    {
        var network = new Network("x", [new("x", new Input(shape), []), new("y", layer, ["x"])], ["y"]);
        var path = Path.Combine(folder, "x.slim");
        using var stream = File.Create(path);
        SafeTensors.Write(
            stream,
            new Dictionary<string, TorchSharp.torch.Tensor>(),
            new Dictionary<string, string>
            {
                ["format"] = "1",
                ["network"] = JsonSerializer.Serialize(network, SlimJson.Default.Network),
                ["hashes"] = "{}",
            }
        );
        return path;
    }

    private static string PyTorch(string folder, int storages)
    {
        var path = Path.Combine(folder, "x.pth");
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        void Entry(string name, Action<Stream> write)
        {
            using var entry = zip.CreateEntry($"archive/{name}", CompressionLevel.Fastest).Open();
            write(entry);
        }
        Entry("data.pkl", s => s.Write(Pickle(storages)));
        for (var i = 0; i < storages; i++)
            Entry($"data/{i}", s => s.Write(new byte[i == 0 ? 4 * Numbers : 4]));
        Entry("version", s => s.Write("3\n"u8));
        return path;
    }

    private static byte[] Pickle(int storages)
    {
        using var pickle = new MemoryStream();
        void Op(string bytes) => pickle.Write(Encoding.Latin1.GetBytes(bytes));
        void Word(string text) => Op($"X{(char)text.Length}\0\0\0{text}");
        void Number(int value)
        {
            Op("J");
            pickle.Write(BitConverter.GetBytes(value));
        }
        Op("}(");
        for (var i = 0; i < Names; i++)
        {
            Word($"name{i}");
            Op("ctorch._utils\n_rebuild_tensor_v2\n((");
            Word("storage");
            Op("ctorch\nFloatStorage\n");
            Word($"{i % storages}");
            Word("cpu");
            Number(Numbers);
            Op("tQ");
            Number(0);
            Op("(");
            Number(Numbers);
            Op("t(");
            Number(1);
            Op("t\u0089}tR");
        }
        Op("u.");
        return pickle.ToArray();
    }
}
