using TorchSharp;

namespace SlimSharp.Data;

/// <summary>
/// Some samples as tensors: named inputs, named targets, and which samples they are. Owns its tensors; whoever receives
/// a batch disposes it.
/// </summary>
public sealed class Batch : IDisposable
{
    /// <summary>The name of the input of a batch of images.</summary>
    public const string Image = "image";

    /// <summary>The name of the target that holds one class per sample.</summary>
    public const string Label = "label";

    private readonly Dictionary<string, torch.Tensor> _inputs;
    private readonly Dictionary<string, torch.Tensor> _targets;

    /// <summary>A batch that takes over these tensors. The first dimension of each is that of the samples.</summary>
    /// <exception cref="DataException">
    /// A tensor holds another number of samples than there are indices, or there is no input.
    /// </exception>
    public Batch(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyDictionary<string, torch.Tensor> targets,
        IReadOnlyList<int> indices
    )
    {
        (_inputs, _targets, Indices) = (new(inputs), new(targets), indices);
        if (_inputs.Count == 0)
            throw new DataException("A batch needs at least one input.");
        foreach (var (name, tensor) in _inputs.Concat(_targets))
        {
            if (tensor.dim() == 0 || tensor.size(0) != indices.Count)
                throw new DataException(
                    $"'{name}' of a batch is {string.Join('×', tensor.shape)}, but its first dimension must be that of the {indices.Count} samples."
                );
        }
    }

    /// <summary>Images with labels.</summary>
    /// <param name="images">N×C×H×W, float32, normalised.</param>
    /// <param name="labels">N, int64.</param>
    /// <param name="indices">The place of each image in its set.</param>
    public Batch(torch.Tensor images, torch.Tensor labels, IReadOnlyList<int> indices)
        : this(
            new Dictionary<string, torch.Tensor> { [Image] = images },
            new Dictionary<string, torch.Tensor> { [Label] = labels },
            indices
        ) { }

    /// <summary>The inputs by name, N×…; they stay the batch's.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Inputs => _inputs;

    /// <summary>The targets by name, N×…; they stay the batch's.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Targets => _targets;

    /// <summary>The place of each sample in its source.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>How many samples.</summary>
    public int Count => Indices.Count;

    /// <summary>The one input, such as images of N×C×H×W; it stays the batch's.</summary>
    public torch.Tensor Images =>
        _inputs.Count == 1
            ? _inputs.Values.First()
            : throw new DataException(
                $"The batch has the inputs {string.Join(", ", _inputs.Keys)}, not images alone; take them by name."
            );

    /// <summary>
    /// One class per sample, N, int64; or probabilities of classes, N×classes, where samples were mixed. It stays the
    /// batch's.
    /// </summary>
    /// <exception cref="DataException">There are no labels.</exception>
    public torch.Tensor Labels => Target(Label);

    /// <summary>The target of that name; it stays the batch's.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public torch.Tensor Target(string name) =>
        _targets.TryGetValue(name, out var target)
            ? target
            : throw new DataException(
                $"The batch has no target '{name}'; "
                    + (_targets.Count == 0 ? "it has none at all." : $"it has {string.Join(", ", _targets.Keys)}.")
            );

    /// <summary>
    /// The inputs under the names that a network gives them, in its data type and on its device. A network of one input
    /// takes the only one of the batch, whatever it is called.
    /// </summary>
    /// <exception cref="DataException">The network has an input that the batch lacks.</exception>
    public IReadOnlyDictionary<string, torch.Tensor> InputsFor(Models.Model model)
    {
        var inputs = new Dictionary<string, torch.Tensor>();
        var single = _inputs.Count == 1;
        foreach (var node in model.Network.Inputs)
        {
            if (!_inputs.TryGetValue(node.Name, out var given))
                given =
                    single && inputs.Count == 0
                        ? _inputs.Values.First()
                        : throw new DataException(
                            $"{model.Network.Name} has an input '{node.Name}', which the batch lacks; it has {string.Join(", ", _inputs.Keys)}."
                        );
            inputs[node.Name] = given.to(model.Type, model.Device);
        }
        return inputs;
    }

    /// <summary>This batch with more targets, or others of the same name, which it takes over.</summary>
    /// <exception cref="DataException">One holds another number of samples.</exception>
    public Batch With(IReadOnlyDictionary<string, torch.Tensor> targets)
    {
        foreach (var (name, tensor) in targets)
        {
            if (tensor.dim() == 0 || tensor.size(0) != Count)
                throw new DataException($"The target '{name}' holds other samples than the batch.");
            if (_targets.TryGetValue(name, out var old) && !ReferenceEquals(old, tensor))
                old.Dispose();
            _targets[name] = tensor;
        }
        return this;
    }

    /// <summary>
    /// The samples from one place on, as a batch of its own that shares the memory; the caller disposes it.
    /// </summary>
    internal Batch Part(int from, int count)
    {
        Dictionary<string, torch.Tensor> Narrow(Dictionary<string, torch.Tensor> all) =>
            all.ToDictionary(t => t.Key, t => t.Value.narrow(0, from, count));
        return new(Narrow(_inputs), Narrow(_targets), [.. Indices.Skip(from).Take(count)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _inputs.Values)
            tensor.Dispose();
        foreach (var tensor in _targets.Values)
            tensor.Dispose();
    }
}
