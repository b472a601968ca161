using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// Finds which tensors of others are which of a network's: by name, by the names of known code, or by the numbers of
/// layers.
/// </summary>
public static class NameMap
{
    private const int Listed = 6;

    // By our names, theirs. Of these the one that finds most tensors is taken, and of several the first.
    private static readonly Func<
        Network,
        IReadOnlyDictionary<string, torch.Tensor>,
        Dictionary<string, string>
    >[] Maps =
    [
        (network, _) => Names(network).ToDictionary(n => n),
        (network, _) => Names(network).ToDictionary(n => n, WithLinear),
        WrappedNames.Of,
        (network, _) => Keras(network),
        Numbered,
    ];

    /// <summary>Copies of the tensors under the network's names; the caller disposes them.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="network">What they are for.</param>
    /// <param name="tensors">The tensors under the names of others.</param>
    /// <param name="type">The data type of the copies; float32 unless given.</param>
    /// <exception cref="FileFormatException">
    /// Tensors are missing, left over or misshapen; the message lists them.
    /// </exception>
    public static Weights Match(
        string source,
        Network network,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        torch.ScalarType type = torch.ScalarType.Float32
    )
    {
        var weights = new Weights();
        foreach (var (ours, theirs) in Of(source, network, tensors))
            weights[ours] = tensors[theirs].to(type, copy: true);
        return weights;
    }

    /// <summary>
    /// The network with the widths that the tensors have, where others have made layers narrower; itself, where widths
    /// agree or no network comes of theirs.
    /// </summary>
    public static Network Fit(Network network, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        tensors = Used(tensors);
        var map = BestMap(network, tensors);
        var nodes = network.Nodes.Select(n =>
            map.TryGetValue($"{n.Name}.weight", out var name) && tensors.TryGetValue(name, out var weight)
                ? n with
                {
                    Layer = Wide(network, n, weight),
                }
                : n
        );
        try
        {
            return new(network.Name, [.. nodes], network.Outputs);
        }
        catch (NetworkException)
        {
            return network;
        }
    }

    private static Layer Wide(Network network, Node node, torch.Tensor weight) =>
        network.FlowOf(node) is ChannelFlow.Own { Groups: 1 }
        && node.Layer.Parameters(network.InputShapes(node)).FirstOrDefault(p => p.Name == "weight")
            is { OutputAxis: { } axis } own
        && own.Sizes.Length == weight.dim()
            ? node.Layer.WithChannels((int)weight.shape[axis])
            : node.Layer;

    /// <summary>By the network's names, those of others, one for one.</summary>
    /// <param name="source">What errors call the tensors' file.</param>
    /// <param name="network">The network.</param>
    /// <param name="tensors">The tensors by the names that others gave them.</param>
    /// <exception cref="FileFormatException">The tensors are not those of the network.</exception>
    public static IReadOnlyDictionary<string, string> Of(
        string source,
        Network network,
        IReadOnlyDictionary<string, torch.Tensor> tensors
    )
    {
        tensors = Used(tensors);
        var parameters = network.Parameters().ToArray();
        var map = BestMap(network, tensors);
        string[] missing =
        [
            .. parameters
                .Where(p => !map.TryGetValue(p.Name, out var theirs) || !tensors.ContainsKey(theirs))
                .Select(p => map.GetValueOrDefault(p.Name, p.Name)),
        ];
        string[] extra = [.. tensors.Keys.Except(parameters.Select(p => map.GetValueOrDefault(p.Name, "")))];
        string[] misshapen =
        [
            .. from p in parameters
            where
                map.TryGetValue(p.Name, out var theirs)
                && tensors.TryGetValue(theirs, out var tensor)
                && !tensor.shape.AsSpan().SequenceEqual(p.Parameter.Sizes.AsSpan())
            select $"{map[p.Name]} ({string.Join('×', tensors[map[p.Name]].shape)} instead of {string.Join('×', p.Parameter.Sizes)})",
        ];
        if (parameters.FirstOrDefault(p => IsOfWholeNumbers(p.Name)).Name is { } whole)
            throw new FileFormatException(
                $"{source}: the tensor '{map[whole]}' is of the type {tensors[map[whole]].dtype}, but weights and statistics are floating-point numbers. "
                    + "Save the network's own weights, not quantised ones or a mask."
            );
        if (missing.Length + extra.Length + misshapen.Length > 0)
            throw new FileFormatException(
                $"{source}: does not fit {network.Name}.{List(" Missing: ", missing)}{List(" Too many: ", extra)}{List(" Misshapen: ", misshapen)}"
            );
        return parameters.ToDictionary(p => p.Name, p => map[p.Name]);

        bool IsOfWholeNumbers(string name) =>
            map.TryGetValue(name, out var theirs)
            && tensors.TryGetValue(theirs, out var tensor)
            && !torch.is_floating_point(tensor);
    }

    // How many batches a BatchNorm has seen is a state of PyTorch's that no network here needs.
    private static Dictionary<string, torch.Tensor> Used(IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        tensors
            .Where(t => !t.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(t => t.Key, t => t.Value);

    private static Dictionary<string, string> BestMap(
        Network network,
        IReadOnlyDictionary<string, torch.Tensor> tensors
    ) => Maps.Select(m => m(network, tensors)).MaxBy(m => m.Values.Count(tensors.ContainsKey))!;

    private static string List(string title, string[] names) =>
        names.Length == 0
            ? ""
            : $"{title}{string.Join(", ", names.Take(Listed))}{(names.Length > Listed ? $" and {names.Length - Listed} more" : "")}.";

    private static IEnumerable<string> Names(Network network) => network.Parameters().Select(p => p.Name);

    private static string WithLinear(string name) =>
        name.StartsWith("fc.", StringComparison.Ordinal) ? $"linear{name[2..]}" : name;

    // Layers numbered through, as in feature.0, feature.1, feature.3: in the order of their numbers.
    private static Dictionary<string, string> Numbered(
        Network network,
        IReadOnlyDictionary<string, torch.Tensor> tensors
    )
    {
        string[] kinds = ["weight", "bias", "running_mean", "running_var"];
        var numbered = tensors
            .Keys.Where(k => k.Contains('.'))
            .OrderBy(k => int.TryParse(k.Split('.')[^2], out var place) ? place : int.MaxValue)
            .ThenBy(k => Array.IndexOf(kinds, k.Split('.')[^1]));
        return Names(network).Zip(numbered).ToDictionary(p => p.First, p => p.Second);
    }

    // Keras numbers the layers of a kind in the order in which they were made: conv2d, conv2d_1, conv2d_2.
    private static Dictionary<string, string> Keras(Network network)
    {
        var (map, counts) = (new Dictionary<string, string>(), new Dictionary<string, int>());
        foreach (var node in network.Nodes)
        {
            var kind = node.Layer switch
            {
                BatchNorm => "batch_normalization",
                Linear => "dense",
                Convolution { Groups: > 1 } => "depthwise_conv2d",
                Convolution => "conv2d",
                _ => "",
            };
            var place = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            foreach (var parameter in node.Layer.Parameters(network.InputShapes(node)))
                map[$"{node.Name}.{parameter.Name}"] =
                    place == 1 ? $"{kind}.{parameter.Name}" : $"{kind}_{place - 1}.{parameter.Name}";
        }
        return map;
    }
}
