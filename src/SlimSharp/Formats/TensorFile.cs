using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>What a safetensors file holds. Owns its tensors.</summary>
public sealed class TensorFile : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _tensors;

    internal TensorFile(Dictionary<string, torch.Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (_tensors, Metadata) = (tensors, metadata);

    /// <summary>The tensors by name, which stay the file's.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Tensors => _tensors;

    /// <summary>What stands beside them, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Hands a tensor over to the caller, who disposes it.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public torch.Tensor Take(string name) =>
        _tensors.Remove(name, out var tensor)
            ? tensor
            : throw new KeyNotFoundException($"There is no tensor '{name}'.");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }
}
