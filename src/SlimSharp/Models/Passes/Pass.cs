using System.Diagnostics;
using SlimSharp.Models.Kernels;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// One forward pass of a schedule and, if gradients are wanted, its backward pass, both outside the framework's graph,
/// in which the whole is one node (<see cref="NetworkFunction"/>). Parameters are read by name; gradients go to values
/// and parameters by name.
/// </summary>
internal sealed class Pass(
    Network network,
    Schedule schedule,
    IReadOnlyDictionary<string, torch.Tensor> inputs,
    Func<string, torch.Tensor> parameter,
    RunMode mode,
    bool keeps,
    IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>>? taps = null
)
{
    private readonly Dictionary<string, torch.Tensor> _values = [];
    private readonly Dictionary<string, torch.Tensor> _cast = [];
    private readonly Dictionary<string, Gradient> _gradients = [];
    private readonly Dictionary<string, Gradient> _parameterGradients = [];
    private readonly Dictionary<string, ChannelStatistics> _statistics = [];
    private readonly HashSet<string> _differentiable = [];
    private readonly HashSet<string> _appended = [.. schedule.Steps.OfType<Step.Append>().Select(s => s.Result)];
    private readonly List<Operation> _operations = [];

    /// <summary>Told of every operation, with its direction and the time at its start; for profiles.</summary>
    internal static Action<string, long>? Profile { get; set; }

    internal Network Network => network;

    internal RunMode Mode => mode;

    /// <summary>True if a backward pass is to follow.</summary>
    internal bool Keeps => keeps;

    /// <summary>True once the backward pass has begun, with which all that was held for it goes.</summary>
    internal bool IsDone { get; private set; }

    /// <summary>Tensors that are to be there until the backward pass is done; they are disposed then.</summary>
    internal IReadOnlyCollection<torch.Tensor> Held { get; init; } = [];

    /// <summary>True if a value lies in a buffer to which more may be appended.</summary>
    internal bool IsAppended(string value) => _appended.Contains(value);

    /// <summary>Buffers into which concatenations write, by the name of the first.</summary>
    internal Dictionary<string, torch.Tensor> Buffers { get; } = [];

    internal torch.Tensor Input(string name) =>
        inputs.TryGetValue(name, out var given)
            ? given
            : throw new NetworkException($"The input '{name}' was not given.");

    internal torch.Tensor Value(string name) => _values[name];

    /// <summary>What the caller's function puts in the place of that node's value.</summary>
    internal torch.Tensor Tap(string name) => Models.Tap.Apply(name, _values[name], taps![name]);

    internal torch.Tensor Parameter(string name) => parameter(name);

    /// <summary>A parameter in the data type of what it works on, cast once per pass.</summary>
    internal torch.Tensor Parameter(string name, torch.ScalarType type)
    {
        var own = parameter(name);
        if (own.dtype == type)
            return own;
        if (!_cast.TryGetValue(name, out var cast))
            _cast[name] = cast = own.to(type).DetachFromDisposeScope();
        return cast;
    }

    /// <summary>True if a gradient of that value is of use.</summary>
    internal bool IsDifferentiable(string value) => _differentiable.Contains(value);

    /// <summary>Batch statistics of a value, taken once however many layers ask.</summary>
    internal ChannelStatistics Statistics(string value, Func<ChannelStatistics> take) =>
        _statistics.TryGetValue(value, out var known) ? known : _statistics[value] = take();

    /// <summary>The values of <paramref name="wanted"/> nodes; the caller disposes them.</summary>
    internal List<torch.Tensor> Forward(IReadOnlyCollection<string> wanted)
    {
        foreach (var step in schedule.Steps)
        {
            var operation = step.ToOperation();
            if (step.Reads.Any(_differentiable.Contains) || step.HasParameters(network))
                _differentiable.Add(step.Result);
            var start = Stopwatch.GetTimestamp();
            var value = operation.Forward(this).DetachFromDisposeScope();
            Profile?.Invoke($"forward {operation.GetType().Name}", start);
            if (_values.Remove(step.Result, out var before))
                before.Dispose();
            _values[step.Result] = value;
            if (keeps)
                _operations.Add(operation);
            else
                operation.Dispose();
            foreach (var dead in step.Frees)
            {
                _values.Remove(dead, out var tensor);
                tensor?.Dispose();
            }
        }
        List<torch.Tensor> results = [.. wanted.Select(name => _values[name].alias())];
        Clear(_values);
        Clear(Buffers);
        if (!keeps)
            Clear(_cast);
        return results;
    }

    /// <summary>From the gradients of values, those of parameters, by name; the caller disposes them.</summary>
    internal Dictionary<string, torch.Tensor> Backward(IEnumerable<(string Name, torch.Tensor Gradient)> given)
    {
        IsDone = true;
        // Others may read what is given, too: nobody here is ever alone with it.
        var held = given.Select(g => (g.Name, Gradient: new Gradient(g.Gradient.alias()))).ToArray();
        foreach (var (name, gradient) in held)
            Give(name, gradient.Share());
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            using var operation = _operations[i];
            if (!_gradients.Remove(operation.Result, out var gradient))
                continue;
            var start = Stopwatch.GetTimestamp();
            operation.Backward(this, gradient);
            Profile?.Invoke($"backward {operation.GetType().Name}", start);
        }
        Release();
        foreach (var unused in _gradients.Values)
            unused.Release();
        foreach (var (_, gradient) in held)
            gradient.Release();
        return _parameterGradients.ToDictionary(g => g.Key, g => g.Value.Tensor);
    }

    /// <summary>Gives up all that is held for the backward pass, which cannot be done any more.</summary>
    internal void Release()
    {
        IsDone = true;
        foreach (var operation in _operations)
            operation.Dispose();
        _operations.Clear();
        Clear(_cast);
        foreach (var tensor in Held)
            tensor.Dispose();
    }

    /// <summary>Adds to the gradient of a value; takes over one hold of it.</summary>
    internal void Give(string value, Gradient gradient)
    {
        if (IsDifferentiable(value))
            Add(_gradients, value, gradient);
        else
            gradient.Release();
    }

    /// <summary>Adds to the gradient of a parameter; takes the tensor over.</summary>
    internal void GiveParameter(string name, torch.Tensor gradient)
    {
        var own = parameter(name).dtype;
        if (gradient.dtype == own)
        {
            Add(_parameterGradients, name, new(gradient));
            return;
        }
        using (gradient)
            Add(_parameterGradients, name, new(gradient.to(own)));
    }

    /// <summary>The gradient of a value so far, if there is one that may be written over.</summary>
    internal torch.Tensor? OwnGradient(string value) =>
        _gradients.TryGetValue(value, out var gradient) && gradient.IsAlone ? gradient.Tensor : null;

    private static void Add(Dictionary<string, Gradient> gradients, string name, Gradient gradient) =>
        gradients[name] = gradients.TryGetValue(name, out var before) ? Gradient.Sum(before, gradient) : gradient;

    private static void Clear(Dictionary<string, torch.Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
        tensors.Clear();
    }
}
