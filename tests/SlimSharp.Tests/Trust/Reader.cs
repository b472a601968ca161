using System.Security.Cryptography;
using System.Text;
using SlimSharp.Cli;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Linear;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Runs;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// A reader of files from outside, real files for it to begin with, and what it read as text, to be compared with what
/// others read.
/// </summary>
/// <param name="Name">What it reads.</param>
/// <param name="FileName">What the file must be called, below the test's folder.</param>
/// <param name="Seeds">Intact files.</param>
/// <param name="Read">Reads one; throws where it refuses: see <see cref="IsRefusal"/>.</param>
/// <param name="BytesPerByte">How many bytes of memory a byte of the file may justify.</param>
internal sealed record Reader(
    string Name,
    string FileName,
    Func<IEnumerable<byte[]>> Seeds,
    Func<string, string> Read,
    int BytesPerByte
)
{
    private const int Deflated = 1032 * 3; // read, unpacked, and once more as pixels
    private const int Picture = 8 * 1032 * 8; // a pixel from each deflated bit, 3 bytes each, and what decoding needs

    /// <summary>
    /// Whether a reader may throw it: an exception whose message is a sentence for whoever gave the file.
    /// </summary>
    internal static bool IsRefusal(Exception exception) =>
        exception is SlimSharpException or LinearDataException or RunException;

    /// <summary>Every reader.</summary>
    internal static IReadOnlyList<Reader> All { get; } =
    [
        new("safetensors", "x.safetensors", TensorFiles, p => Text(SafeTensors.Read(p).Tensors), 64),
        new(".slim", "x.slim", () => [SlimBytes()], ReadSlim, 256),
        new("ONNX", "x.onnx", OnnxFiles, p => Text(OnnxModel.Load(p)), 256),
        new("ONNX as a network", "x.onnx", OnnxFiles, ReadNetwork, 1024),
        new("PyTorch", "x.pth", PyTorchFiles, p => Text(StateDict.Read(p)), Deflated),
        new("IDX", "x-idx3-ubyte", () => [Real.Idx], ReadIdx, 64),
        new("IDX, gzipped", "x-idx3-ubyte.gz", () => [Real.Zipped(Real.Idx)], ReadIdx, Deflated),
        new("CIFAR", "x.bin", () => [Real.Cifar], p => Text(ImageRecords.Read([p], ImageRecords.Cifar)), 16),
        new("MAT", "x_32x32.mat", () => [Real.Matlab(false), Real.Matlab(true)], p => Text(Svhn.Read([p])), Deflated),
        new("JPEG", "class/x.jpg", () => Real.Jpegs, ReadPicture, Picture),
        new("PNG", "class/x.png", () => [Real.Png], ReadPicture, Picture),
        new("BMP", "class/x.bmp", () => [Real.Bmp], ReadPicture, Picture),
        new("GIF", "class/x.gif", () => [Real.Gif], ReadPicture, Picture),
        new("TIFF", "class/x.tif", () => Real.Tiffs, ReadPicture, Picture),
        new("tar of JPEG", "x.tar", () => [Real.Tar], p => Text(ImageFolder.Read(p)), Picture),
        new("tar.gz of JPEG", "x.tar.gz", () => [Real.Zipped(Real.Tar)], p => Text(ImageFolder.Read(p)), Picture),
        new("LIBSVM", "x.libsvm", () => [Samples], p => Text(LibsvmFile.Read(p)), 4 * ReadBudget.PerByte),
        new("LIBSVM, gzipped", "x.libsvm.gz", () => [Real.Zipped(Samples)], p => Text(LibsvmFile.Read(p)), Deflated),
        new("CSV", "x.csv", () => [Table], ReadTable, 4 * ReadBudget.PerByte),
        new("CSV, gzipped", "x.csv.gz", () => [Real.Zipped(Table)], ReadTable, 4 * ReadBudget.PerByte * Deflated),
        new("sweep, TOML", "x.toml", () => [SweepText(".toml")], ReadSweep, 4 * ReadBudget.PerByte),
        new("sweep, JSON", "x.json", () => [SweepText(".json")], ReadSweep, 4 * ReadBudget.PerByte),
    ];

    private static byte[] Samples =>
        Encoding.ASCII.GetBytes(
            string.Concat(
                Enumerable
                    .Range(0, 40)
                    .Select(i => $"{(i % 3 == 0 ? "+1" : "-1")} {1 + i % 4}:0.5 {9 + i}:{i}e-2 # {i}\n")
            )
        );

    private static byte[] Table =>
        Encoding.UTF8.GetBytes(
            "height,\"its width\",mass,label\n"
                + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i}.5,{(i == 7 ? "?" : i * i)},-{i}e3,{i % 2}\n"))
        );

    private static byte[] SweepText(string ending) =>
        ending == ".toml"
            ? """
                name = "two"
                [[stage]]
                command = "train"
                options = { model = "vgg11", data = "data", epochs = 2 }
                unless = [{ lambda = 0.1, lr = 0.5 }]
                [[stage.case]]
                name = "l1"
                penalty = "l1"
                grid = { lambda = [0.1, 0.01] }
                [[stage.case]]
                name = "none"
                only = { lr = [0.1] }
                [stage.grid]
                lr = [0.1, 0.5]
                seed = [1, 2, 3]
                [[stage]]
                command = "prune"
                grid = { ratio = [0.3, 0.5] }
                """u8.ToArray()
            : """
                {"name": "two", "stage": [{"command": "train", "options": {"model": "vgg11", "data": "data"},
                "case": [{"name": "l1", "grid": {"lambda": [0.1, 0.01]}}, {"name": "none"}], "grid": {"seed": [1, 2]}},
                {"command": "prune", "grid": {"ratio": [0.3, 0.5]}}]}
                """u8.ToArray();

    private static string ReadTable(string path) => Text(CsvTable.Read(path, "label", null, [], null));

    private static string ReadSweep(string path)
    {
        var plan = SweepFile.Read(path);
        try
        {
            return string.Join('\n', plan.Expand().Select(r => $"{r.Stage} {string.Join(' ', r.Options)}"));
        }
        catch (RunException e)
        {
            throw new RunException($"{path}: {e.Message}", e); // a plan does not know its file
        }
    }

    private static string Text(LinearData data) =>
        $"{data.Features.Rows} {data.Features.Columns} {string.Join(' ', data.Labels)} {string.Join(' ', data.Names.Take(100))}";

    private static IEnumerable<byte[]> TensorFiles()
    {
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, Tensors(), new Dictionary<string, string> { ["who"] = "us" });
        yield return stream.ToArray();
        if (Real.Shared("data", "pretrained", "cifar10-resnet8-mlperftiny.safetensors") is { } real)
            yield return real;
    }

    private static IEnumerable<byte[]> PyTorchFiles()
    {
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();
        StateDict.Write(stream, Tensors());
        yield return stream.ToArray();
        if (Real.Shared("data", "pretrained", "resnet20-12fca82f.th") is { } real)
            yield return real;
    }

    private static Dictionary<string, torch.Tensor> Tensors() =>
        new()
        {
            ["conv.weight"] = torch.randn(4, 3, 3, 3),
            ["wide"] = torch.randn(5).to(torch.float64),
            ["count"] = torch.tensor(7L),
            ["half"] = torch.randn(3).to(torch.float16),
        };

    private static IEnumerable<byte[]> OnnxFiles()
    {
        foreach (var name in new[] { "residual", "decoder", "twoOutputs" })
        {
            var network = Networks.Topologies.All[name];
            using var weights = Drawn.Weights(network);
            yield return OnnxExport
                .Of(network, weights, options: new() { FoldBatchNorms = name != "residual" })
                .ToBytes();
        }
    }

    /// <summary>A small file with everything in it.</summary>
    internal static byte[] SlimBytes()
    {
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [2], 3, new Shape(1, 4, 4));
        using var file = new SlimFile
        {
            Network = network,
            Weights = Initialization.Draw(network, 1),
            Normalization = Normalization.Raw(1),
            Classes = ["a", "b", "c"],
            Provenance = new Dictionary<string, string> { ["seed"] = "1" },
        };
        var path = Path.Combine(Machine.Folder(), "x.slim");
        file.Save(path);
        return File.ReadAllBytes(path);
    }

    private static string ReadSlim(string path)
    {
        using var file = SlimFile.Load(path);
        return file.Weights.Hash();
    }

    private static string ReadNetwork(string path)
    {
        using var imported = OnnxImport.Read(path);
        var (network, weights) = (imported.Network, imported.Weights);
        return $"{network.Nodes.Length} {weights.Hash()}";
    }

    private static string ReadIdx(string path)
    {
        var labels = Path.Combine(Path.GetDirectoryName(path)!, "labels");
        if (!File.Exists(labels))
            File.WriteAllBytes(labels, Real.IdxLabels);
        return Text(Idx.Read(path, labels));
    }

    private static string ReadPicture(string path) =>
        Text(ImageFolder.Read(Path.GetDirectoryName(Path.GetDirectoryName(path))!));

    private static string Text(ImageSet set) =>
        $"{set.Count} {set.Shape} {Hash(set.Pixels)} {string.Join(' ', set.Labels)}";

    private static string Text(IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var text = new StringBuilder();
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            text.AppendLine($"{name} {string.Join('x', tensor.shape)} {Numbers.Hash(tensor)}");
            tensor.Dispose();
        }
        return text.ToString();
    }

    private static string Text(OnnxModel model)
    {
        var text = new StringBuilder();
        foreach (var node in model.Nodes)
            text.AppendLine(
                $"{node.Operator} {node.Name} {string.Join(',', node.Inputs)} {string.Join(',', node.Outputs)}"
            );
        foreach (var constant in model.Constants)
            text.AppendLine(
                $"{constant.Name} {(int)constant.Type} {string.Join('x', constant.Sizes)} {Hash(constant.Data.ToArray())}"
            );
        return text.ToString();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
