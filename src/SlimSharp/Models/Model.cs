using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// A network with weights, to be trained and run. It is a TorchSharp <c>Module&lt;Tensor, Tensor&gt;</c>, so it works
/// inside anybody's training loop; <see cref="Run"/> is the one forward pass behind it.
/// </summary>
public sealed partial class Model : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly Dictionary<string, torch.Tensor> _tensors = [];
    private readonly Dictionary<(string Wanted, string Tapped, ScheduleOptions Options), Schedule> _schedules = [];
    private readonly InputCheck _check;
    private readonly string[] _scales;
    private readonly string[] _trained;

    static Model() => LibTorch.EnsureLoaded();

    /// <summary>
    /// A model with initial weights as the network-slimming papers draw them (<see cref="Initialization"/>).
    /// </summary>
    public Model(Network network, long seed = 0)
        : this(network, Initialization.Draw(network, seed)) { }

    /// <summary>A model that takes over the given weights; it owns them from now on.</summary>
    /// <exception cref="NetworkException">A tensor is missing, left over or misshapen; the message names
    /// it.</exception>
    public Model(Network network, Weights weights)
        : base(network.Name)
    {
        Network = network;
        _check = new(network);
        _trained = [.. network.Parameters().Where(p => p.Parameter.IsTrained).Select(p => p.Name)];
        _scales = [.. network.Scaled.Select(s => s.Scale)];
        foreach (var (name, _, parameter) in network.Parameters())
        {
            var tensor = weights.Contains(name)
                ? weights[name]
                : throw new NetworkException($"The weights for {network.Name} lack the tensor '{name}'.");
            if (!tensor.shape.AsSpan().SequenceEqual(parameter.Sizes.AsSpan()))
                throw new NetworkException(
                    $"The tensor '{name}' is {string.Join('×', tensor.shape)}, but {network.Name} needs {string.Join('×', parameter.Sizes)}."
                );
            Register(name, parameter, tensor);
        }
        if (weights.Names.FirstOrDefault(n => !_tensors.ContainsKey(n)) is { } stray)
            throw new NetworkException(
                $"The weights for {network.Name} hold a tensor '{stray}' that it does not have."
            );
    }

    /// <summary>What this model computes.</summary>
    public Network Network { get; }

    /// <summary>The names of the scales, in the order of <see cref="Scales"/>.</summary>
    internal IReadOnlyList<string> ScaleNames => [.. _scales];

    /// <summary>
    /// The scales (γ) of BatchNorms, and of GroupNorms whose gains are scales, in the order of their nodes; they stay
    /// the model's.
    /// </summary>
    public IEnumerable<torch.Tensor> Scales => _scales.Select(name => _tensors[name]);

    /// <summary>The rewrite rules of its schedule.</summary>
    public ScheduleOptions Options { get; set; } = new();

    /// <summary>The data type of the parameters, which is that of inputs.</summary>
    public torch.ScalarType Type => _tensors.Count == 0 ? torch.float32 : _tensors.Values.First().dtype;

    /// <summary>Where the parameters are.</summary>
    public torch.Device Device => _tensors.Count == 0 ? torch.CPU : _tensors.Values.First().device;

    /// <summary>A parameter or buffer by its full name; it stays owned by the model.</summary>
    public torch.Tensor this[string name] => _tensors[name];

    /// <summary>Copies of all parameters and buffers; the caller disposes them.</summary>
    public Weights CopyWeights(torch.ScalarType? type = null)
    {
        var copy = new Weights();
        foreach (var (name, tensor) in _tensors)
        {
            using var detached = tensor.detach();
            copy[name] = detached.to(type ?? tensor.dtype, copy: true);
        }
        return copy;
    }

    /// <summary>Writes over all parameters and buffers.</summary>
    public void Load(Weights weights)
    {
        using var still = torch.no_grad();
        foreach (var (name, tensor) in _tensors)
            tensor.copy_(weights[name]);
    }

    /// <summary>The first output for the first input; the caller disposes it.</summary>
    public override torch.Tensor forward(torch.Tensor input) => Output(input, new RunMode(training));

    /// <summary>The first output for the first input; the caller disposes it.</summary>
    internal torch.Tensor Output(torch.Tensor input, RunMode mode)
    {
        var inputs = new Dictionary<string, torch.Tensor> { [Network.Inputs.First().Name] = input };
        return Run(inputs, [Network.Outputs[0]], mode: mode)[Network.Outputs[0]];
    }

    /// <inheritdoc/>
    protected override torch.nn.Module _to(torch.Device device, torch.ScalarType dtype, bool non_blocking) =>
        Refreshed(base._to(device, dtype, non_blocking));

    /// <inheritdoc/>
    protected override torch.nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
        Refreshed(base._to(deviceType, deviceIndex, non_blocking));

    /// <inheritdoc/>
    protected override torch.nn.Module _to(torch.ScalarType dtype, bool non_blocking) =>
        Refreshed(base._to(dtype, non_blocking));

    // Moving a module replaces its tensors.
    private torch.nn.Module Refreshed(torch.nn.Module moved)
    {
        foreach (var (name, tensor) in named_parameters())
            _tensors[name] = tensor;
        foreach (var (name, tensor) in named_buffers())
            _tensors[name] = tensor;
        return moved;
    }

    private Schedule ScheduleFor(
        IReadOnlyCollection<string> wanted,
        ScheduleOptions options,
        IEnumerable<string>? tapped = null
    )
    {
        string[] taps = [.. (tapped ?? []).Order(StringComparer.Ordinal)];
        var key = (string.Join('\n', wanted), string.Join('\n', taps), options);
        if (!_schedules.TryGetValue(key, out var schedule))
            _schedules[key] = schedule = Schedule.Of(Network, options, wanted, taps);
        return schedule;
    }

    private void Register(string name, LayerParameter parameter, torch.Tensor tensor)
    {
        if (parameter.IsTrained)
        {
            // The parameter takes the tensor's handle over.
            using (tensor)
                register_parameter(name, new TorchSharp.Modules.Parameter(tensor, requires_grad: true));
            _tensors[name] = get_parameter(name)!;
        }
        else
        {
            register_buffer(name, tensor);
            _tensors[name] = tensor;
        }
    }

    private static torch.Tensor Consume(torch.Tensor value, Func<torch.Tensor, torch.Tensor> change)
    {
        using (value)
            return change(value);
    }
}
