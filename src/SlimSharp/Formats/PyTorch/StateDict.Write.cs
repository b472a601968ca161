using System.IO.Compression;
using System.Text;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Formats;

public static partial class StateDict
{
    /// <summary>Writes a state dict so that at any instant either the old or the whole new file is there.</summary>
    public static void Save(string path, IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        AtomicFile.Write(path, stream => Write(stream, tensors));

    /// <summary>Writes tensors as a state dict that PyTorch loads, in the zip form.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var ordered = tensors.OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        void Entry(string name, Action<Stream> write)
        {
            using var entry = zip.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
            write(entry);
        }
        Entry("data.pkl", s => s.Write(Pickle(ordered)));
        Entry("byteorder", s => s.Write("little"u8));
        foreach (var ((_, tensor), i) in ordered.Select((t, i) => (t, i)))
            Entry($"data/{i}", s => Numbers.WithBytes(tensor, s.Write));
        Entry("version", s => s.Write("3\n"u8));
    }

    // An OrderedDict of tensors, each a whole storage of its own.
    private static byte[] Pickle(KeyValuePair<string, torch.Tensor>[] tensors)
    {
        var pickle = new MemoryStream();
        void Op(params ReadOnlySpan<byte> bytes) => pickle.Write(bytes);
        void Text(string text)
        {
            Op((byte)'X');
            Op(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)));
            Op(Encoding.UTF8.GetBytes(text));
        }
        void Number(long value)
        {
            Op((byte)'J');
            Op(BitConverter.GetBytes(checked((int)value)));
        }
        void Global(string module, string name) => Op(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));
        void Numerals(IEnumerable<long> values)
        {
            Op((byte)'(');
            foreach (var value in values)
                Number(value);
            Op((byte)'t');
        }
        void Empty()
        {
            Global("collections", "OrderedDict");
            Op((byte)')', (byte)'R');
        }

        Op(0x80, 2);
        Empty();
        Op((byte)'(');
        foreach (var ((name, tensor), i) in tensors.Select((t, i) => (t, i)))
        {
            Text(name);
            Global("torch._utils", "_rebuild_tensor_v2");
            Op((byte)'(', (byte)'(');
            Text("storage");
            Global("torch", PickledStorage.NameOf(tensor.dtype));
            Text($"{i}");
            Text("cpu");
            Number(tensor.numel());
            Op((byte)'t', (byte)'Q');
            Number(0);
            Numerals(tensor.shape);
            Numerals(Contiguous(tensor.shape));
            Op(0x89); // no gradient
            Empty();
            Op((byte)'t', (byte)'R');
        }
        Op((byte)'u', (byte)'.');
        return pickle.ToArray();
    }

    private static long[] Contiguous(long[] sizes)
    {
        var strides = new long[sizes.Length];
        for (var (i, step) = (sizes.Length - 1, 1L); i >= 0; step *= sizes[i--])
            strides[i] = step;
        return strides;
    }
}
