using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>Named tensors: the parameters and buffers of a network, apart from any model. Owns its tensors.</summary>
public sealed class Weights : IDisposable
{
    private readonly SortedDictionary<string, torch.Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>
    /// The tensor of that name, which stays owned here. Setting one takes ownership and disposes the one before.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public torch.Tensor this[string name]
    {
        get =>
            _tensors.TryGetValue(name, out var tensor)
                ? tensor
                : throw new KeyNotFoundException($"There is no tensor '{name}'.");
        set
        {
            if (_tensors.TryGetValue(name, out var old) && !ReferenceEquals(old, value))
                old.Dispose();
            _tensors[name] = value.DetachFromDisposeScope();
        }
    }

    /// <summary>True if there is a tensor of that name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Disposes the tensor of that name, if there is one.</summary>
    public void Remove(string name)
    {
        if (_tensors.Remove(name, out var tensor))
            tensor.Dispose();
    }

    /// <summary>Hands a tensor over to the caller, who disposes it.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    internal torch.Tensor Take(string name)
    {
        var tensor = this[name];
        _tensors.Remove(name);
        return tensor;
    }

    /// <summary>Gives a tensor another name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of the old one.</exception>
    public void Rename(string name, string other)
    {
        var tensor = this[name];
        _tensors.Remove(name);
        this[other] = tensor;
    }

    /// <summary>
    /// Copies of all tensors, floating-point ones in the given data type; the caller disposes the result.
    /// </summary>
    public Weights Copy(torch.ScalarType? type = null, torch.Device? device = null)
    {
        var copy = new Weights();
        foreach (var (name, tensor) in _tensors)
            copy[name] = tensor.to(
                tensor.is_floating_point() ? type ?? tensor.dtype : tensor.dtype,
                device ?? tensor.device,
                copy: true
            );
        return copy;
    }

    /// <summary>
    /// Copies of all tensors, those of <paramref name="others"/> in the place of these; the caller disposes the result.
    /// </summary>
    internal Weights With(Weights others)
    {
        var copy = Copy();
        foreach (var name in others.Names)
            copy[name] = others[name].clone();
        return copy;
    }

    /// <summary>Copies of the tensors whose names are chosen; the caller disposes the result.</summary>
    public Weights Only(Func<string, bool> chosen)
    {
        var copy = new Weights();
        foreach (var (name, tensor) in _tensors.Where(t => chosen(t.Key)))
            copy[name] = tensor.clone();
        return copy;
    }

    /// <summary>SHA-256 of one tensor's bytes, in hexadecimal.</summary>
    public string HashOf(string name) => Numbers.Hash(this[name]);

    /// <summary>The numbers of a tensor as doubles, in row-major order.</summary>
    public double[] Values(string name) => Numbers.Read(this[name]);

    /// <summary>SHA-256 over names, shapes and bytes, in hexadecimal: the identity of these weights.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in _tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}:{tensor.dtype}:{string.Join('x', tensor.shape)};"));
            Numbers.WithBytes(tensor, bytes => hash.AppendData(bytes));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }
}
