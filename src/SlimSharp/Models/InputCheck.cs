using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// What a forward pass asks of what it is given, looked at once per call: behind it nobody asks again, and what walks
/// raw memory would take other numbers for its own.
/// </summary>
internal sealed class InputCheck
{
    private readonly Network _network;
    private readonly (string Name, Shape Shape, long[] Sizes)[] _inputs;
    private readonly Dictionary<string, long[]> _parameters;
    private readonly (string Name, long Values)? _least; // the BatchNorm with the fewest values per channel and sample

    internal InputCheck(Network network)
    {
        _network = network;
        _inputs =
        [
            .. network.Inputs.Select(i => (i.Name, network.Shapes[i.Name], network.Shapes[i.Name].Sizes(1)[1..])),
        ];
        _parameters = network.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Sizes.ToArray());
        var norms = network
            .Nodes.Where(n => n.Layer.Statistics() is not null)
            .Select(n => (n.Name, (long)network.Shapes[n.Name].Area));
        _least = norms.Any() ? norms.MinBy(n => n.Item2) : null;
    }

    /// <summary>Throws if a pass cannot compute with these.</summary>
    /// <param name="inputs">By name; any strides will do.</param>
    /// <param name="overrides">What stands in for parameters, or null.</param>
    /// <param name="mode">Training or evaluation.</param>
    /// <param name="like">A parameter of the model, or null if it has none.</param>
    /// <exception cref="NetworkException">
    /// They do not fit; the message says what is wrong, where, and what to do.
    /// </exception>
    internal void Check(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyDictionary<string, torch.Tensor>? overrides,
        RunMode mode,
        torch.Tensor? like
    )
    {
        long? batch = null;
        foreach (var (name, shape, sizes) in _inputs)
        {
            if (!inputs.TryGetValue(name, out var given) || given is null)
                throw new NetworkException($"The input '{name}' was not given.");
            CheckKind($"The input '{name}' of {_network.Name}", given, like);
            var own = given.shape;
            if (own.Length == 0 || !own.AsSpan(1).SequenceEqual(sizes))
                throw new NetworkException(
                    $"The input '{name}' of {_network.Name} is {Words(own)}, but it must be N×{shape}: N samples of {shape}."
                );
            batch ??= own[0];
            if (own[0] != batch)
                throw new NetworkException(
                    $"The input '{name}' of {_network.Name} is a batch of {own[0]}, but '{_inputs[0].Name}' is one of {batch}; all inputs need the same batch size."
                );
        }
        if (overrides is not null)
        {
            foreach (var (name, given) in overrides)
                CheckOverride(name, given, like);
        }
        CheckBatch(batch ?? 0, mode);
    }

    private static void CheckKind(string what, torch.Tensor given, torch.Tensor? like)
    {
        if (given.IsInvalid)
            throw new NetworkException($"{what} was disposed of before it was given.");
        var type = given.dtype;
        if (like is null ? !given.is_floating_point() : type != like.dtype)
            throw new NetworkException(
                $"{what} holds {Name(type)}, but the model computes in {Name(like?.dtype ?? torch.float32)}; convert one of the two with to(…)"
                    + (type == torch.uint8 ? ", and normalise bytes as the network expects them." : ".")
            );
        if (given.is_sparse)
            throw new NetworkException(
                $"{what} is sparse, but only dense tensors can be computed with; use to_dense()."
            );
        if (like is not null && (given.device_type, given.device_index) != (like.device_type, like.device_index))
            throw new NetworkException(
                $"{what} is on {given.device}, but the model is on {like.device}; move one of the two with to(…)."
            );
    }

    private void CheckOverride(string name, torch.Tensor given, torch.Tensor? like)
    {
        if (!_parameters.TryGetValue(name, out var sizes))
            throw new NetworkException($"'{name}' is to be overridden, but is no parameter of {_network.Name}.");
        CheckKind($"What stands in for '{name}' of {_network.Name}", given, like);
        if (!given.shape.AsSpan().SequenceEqual(sizes))
            throw new NetworkException(
                $"What stands in for '{name}' of {_network.Name} is {Words(given.shape)}, but it must be {Words(sizes)}."
            );
    }

    private void CheckBatch(long batch, RunMode mode)
    {
        if (mode.IsTraining && mode.Sampling is { } sampling && sampling.Indices.Count != batch)
            throw new NetworkException(
                $"The batch is of {batch}, but its sampling names {sampling.Indices.Count} samples; name each once."
            );
        if (!mode.IsTraining || _least is not var (norm, values) || batch * values > 1)
            return;
        throw new NetworkException(
            batch == 0
                ? $"The batch is empty, but in training the BatchNorm '{norm}' of {_network.Name} takes its statistics from it; leave empty batches out."
                : $"The batch is of 1 and the BatchNorm '{norm}' of {_network.Name} has one value per channel and sample, which has no variance to train with; give 2 samples or more, or call eval()."
        );
    }

    private static string Words(IEnumerable<long> sizes) =>
        string.Join('×', sizes) is { Length: > 0 } some ? some : "a single number";

    private static string Name(torch.ScalarType type) => type == torch.uint8 ? "bytes" : $"{type}".ToLowerInvariant();
}
