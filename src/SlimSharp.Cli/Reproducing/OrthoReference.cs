using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>
/// What OrthoReg's released code computed on one network: NAME.json, NAME.init, NAME.penalty-grad, NAME.after3 and
/// NAME.importance.safetensors, and batches.safetensors of all networks (x_u8: batches×images×C×H×W, y).
/// </summary>
internal sealed class OrthoReference : IDisposable
{
    private const double Middle = 128; // of a byte, and what its distance from there is divided by
    private readonly string _folder;
    private readonly JsonDocument _numbers;
    private readonly TensorFile _initial;
    private readonly TensorFile _batches;

    /// <exception cref="FileFormatException">A file is missing or damaged.</exception>
    internal OrthoReference(string folder, string name)
    {
        (_folder, Name) = (folder, name);
        _numbers = Json(Path.Combine(folder, $"{name}.json"));
        _initial = Tensors("init");
        _batches = SafeTensors.Read(Path.Combine(folder, "batches.safetensors"));
        Network = Recognised(_initial.Tensors, Numbers.GetProperty("classes").GetInt32());
    }

    /// <summary>The network's name in the folder.</summary>
    internal string Name { get; }

    /// <summary>The numbers.</summary>
    internal JsonElement Numbers => _numbers.RootElement;

    /// <summary>The network; its nodes have the released code's names.</summary>
    internal Network Network { get; }

    /// <summary>Its convolutions, in their order.</summary>
    internal IReadOnlyList<string> Convolutions =>
        [.. Network.Nodes.Where(n => n.Layer is Convolution).Select(n => n.Name)];

    /// <summary>How many batches there are.</summary>
    internal int Batches => (int)_batches.Tensors["y"].shape[0];

    /// <summary>How many images are in all batches together.</summary>
    internal int Images => (int)_batches.Tensors["y"].numel();

    /// <summary>The names of the networks that a folder has such numbers of.</summary>
    internal static IEnumerable<string> Names(string folder) =>
        Directory
            .GetFiles(folder, "*.penalty-grad.safetensors")
            .Order(StringComparer.Ordinal)
            .Select(f => Path.GetFileName(f).Split('.')[0]);

    /// <summary>Another file of the network's tensors; the caller disposes it.</summary>
    internal TensorFile Tensors(string part) => SafeTensors.Read(Path.Combine(_folder, $"{Name}.{part}.safetensors"));

    /// <summary>The network as it was at the start, in float64; the caller disposes it.</summary>
    internal Model Start()
    {
        var weights = new Weights();
        foreach (var (name, _, _) in Network.Parameters())
            weights[name] = _initial.Tensors[name].to(torch.float64, copy: true);
        return new(Network, weights);
    }

    /// <summary>A batch, or so many of its first images; the caller disposes it.</summary>
    internal Batch Batch(int at, int? first = null)
    {
        var count = first ?? (int)_batches.Tensors["y"].shape[1];
        return Batch(_batches.Tensors["x_u8"][at].narrow(0, 0, count), _batches.Tensors["y"][at].narrow(0, 0, count));
    }

    /// <summary>All batches, in their order, made anew each time.</summary>
    internal IEnumerable<Batch> All => Enumerable.Range(0, Batches).Select(i => Batch(i));

    /// <summary>The first images of every class, class by class; the caller disposes it.</summary>
    internal Batch FirstOfEachClass(int samples)
    {
        using var scope = torch.NewDisposeScope();
        var (x, y) = (_batches.Tensors["x_u8"].flatten(0, 1), _batches.Tensors["y"].flatten());
        var chosen = y.data<long>()
            .ToArray()
            .Select((label, place) => (label, place))
            .GroupBy(p => p.label)
            .OrderBy(g => g.Key)
            .SelectMany(g => g.Take(samples).Select(p => (long)p.place))
            .ToArray();
        using var places = torch.tensor(chosen, torch.int64);
        var batch = Batch(x.index_select(0, places), y.index_select(0, places));
        foreach (var tensor in batch.Inputs.Values.Concat(batch.Targets.Values))
            tensor.MoveToOuterDisposeScope();
        return batch;
    }

    public void Dispose()
    {
        _numbers.Dispose();
        _initial.Dispose();
        _batches.Dispose();
    }

    /// <summary>Reads a file of numbers.</summary>
    /// <exception cref="FileFormatException">It is missing, or damaged.</exception>
    internal static JsonDocument Json(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(path), new() { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new FileFormatException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    // Exact in any type: (x − 128)/128.
    private Batch Batch(torch.Tensor bytes, torch.Tensor labels)
    {
        using Scalar middle = Middle;
        using var wide = bytes.to(torch.float64);
        return new(
            new Dictionary<string, torch.Tensor> { [Network.Inputs.First().Name] = wide.sub(middle).div(middle) },
            new Dictionary<string, torch.Tensor> { [Data.Batch.Label] = labels.clone() },
            [.. Enumerable.Range(0, (int)bytes.shape[0])]
        );
    }

    // By the names of its tensors, with the widths that they have.
    private static Network Recognised(IReadOnlyDictionary<string, torch.Tensor> tensors, int classes)
    {
        int Width(string layer) => (int)tensors[$"{layer}.weight"].shape[0];
        int Count(string before, string behind) =>
            Enumerable
                .Range(0, tensors.Count)
                .TakeWhile(i => tensors.ContainsKey($"{before}{i}{behind}.weight"))
                .Count();
        if (tensors.ContainsKey("features.0.weight"))
            return OrthoNetworks.Vgg(
                [
                    .. Enumerable
                        .Range(0, tensors.Count)
                        .Where(i => tensors.TryGetValue($"features.{i}.weight", out var t) && t.dim() == 4)
                        .Select(i => Width($"features.{i}")),
                ],
                classes
            );
        if (tensors.ContainsKey("layers.0.conv1.weight"))
            return OrthoNetworks.MobileNet(
                [
                    Width("conv1"),
                    .. Enumerable.Range(0, Count("layers.", ".conv2")).Select(i => Width($"layers.{i}.conv2")),
                ],
                classes
            );
        return OrthoNetworks.ResNet(
            "resnet",
            [
                .. Enumerable
                    .Range(1, 4)
                    .Where(s => tensors.ContainsKey($"layer{s}.0.conv1.weight"))
                    .Select(s => (Count($"layer{s}.", ".conv1"), Width($"layer{s}.0.conv1"))),
            ],
            classes
        );
    }
}
