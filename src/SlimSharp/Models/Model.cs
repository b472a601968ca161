using SlimSharp.Models.Passes;
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

    /// <summary>
    /// The forward pass: the values of <paramref name="wanted"/> nodes (by default the outputs) for named inputs of
    /// N×C×H×W or N×C, in any layout, of the model's <see cref="Type"/> and on its <see cref="Device"/>. The caller
    /// disposes the results.
    /// </summary>
    /// <param name="inputs">By name.</param>
    /// <param name="wanted">The nodes whose values are asked for.</param>
    /// <param name="overrides">What stands in for parameters, by their names; gradients reach what it was computed
    /// from.</param>
    /// <param name="mode">Training or evaluation; by default as the module is set.</param>
    /// <param name="taps">
    /// By node, a function that sees its value, once, before anybody reads it: it gives back that very tensor, having
    /// only looked, or another one of the same shape, which all readers then get and which is disposed with the pass.
    /// It neither disposes nor changes what it is given. With gradients, which reach whatever it computes with, the
    /// pass goes through the framework's own graph, which is slower.
    /// </param>
    /// <exception cref="NetworkException">
    /// An input or override is missing, of another data type, shape or device, no node has the name that is asked for,
    /// a tap gives another shape, or the batch is too small for a BatchNorm to be trained on.
    /// </exception>
    public IReadOnlyDictionary<string, torch.Tensor> Run(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyCollection<string>? wanted = null,
        IReadOnlyDictionary<string, torch.Tensor>? overrides = null,
        RunMode? mode = null,
        IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>>? taps = null
    )
    {
        wanted ??= Network.Outputs;
        mode ??= new RunMode(training);
        _check.Check(inputs, overrides, mode, _tensors.Count == 0 ? null : _tensors.Values.First());
        foreach (var name in wanted.Concat(taps?.Keys ?? []))
            _ = Network[name]; // says so if there is none
        torch.Tensor Parameter(string name) => overrides?.GetValueOrDefault(name) ?? _tensors[name];
        if (torch.is_grad_enabled())
            return UsesPass(inputs, mode, true) && taps is not { Count: > 0 }
                ? RunDifferentiably(inputs, wanted, overrides, mode)
                : RunInGraph(inputs, wanted, Parameter, mode, taps);
        if (!UsesPass(inputs, mode, false))
            return RunInGraph(inputs, wanted, Parameter, mode, taps);
        var pass = new Pass(
            Network,
            ScheduleFor(wanted, Options, taps?.Keys),
            inputs,
            Parameter,
            mode,
            keeps: false,
            taps
        );
        return wanted.Zip(pass.Forward(wanted)).ToDictionary(r => r.First, r => r.Second);
    }

    private Dictionary<string, torch.Tensor> RunDifferentiably(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyCollection<string> wanted,
        IReadOnlyDictionary<string, torch.Tensor>? overrides,
        RunMode mode
    )
    {
        // Whoever gave them may dispose them before the backward pass.
        var held =
            overrides?.ToDictionary(o => o.Key, o => o.Value.alias().DetachFromDisposeScope())
            ?? new Dictionary<string, torch.Tensor>();
        torch.Tensor Parameter(string name) => held.GetValueOrDefault(name) ?? _tensors[name];
        var pass = new Pass(Network, ScheduleFor(wanted, Options), inputs, Parameter, mode, keeps: true)
        {
            Held = held.Values,
        };
        var call = new NetworkCall(
            pass,
            [.. wanted],
            inputs,
            [
                .. _trained.Select(name => new NetworkCall.Parameter(
                    name,
                    Parameter(name),
                    !held.ContainsKey(name) && _tensors[name].requires_grad
                )),
            ],
            isRandom: mode is { IsTraining: true, Sampling: null },
            // The second time nothing is remembered of the batch.
            (read, asked, given) => RunInGraph(read, asked, name => given(name) ?? _tensors[name].clone(), mode)
        );
        return wanted.Zip(NetworkFunction.Apply(call)).ToDictionary(r => r.First, r => r.Second);
    }

    // Gradients of inputs, gradients in evaluation and other devices are left to the framework's graph.
    private bool UsesPass(IReadOnlyDictionary<string, torch.Tensor> inputs, RunMode mode, bool graph) =>
        Options.OwnBackward
        && _tensors.Count > 0 // without weights a network computes in whatever type it is given
        && Type == torch.float32
        && Device.type == DeviceType.CPU
        && TorchC.IsThere
        && (mode.IsTraining || !graph)
        && inputs.Values.All(i => !graph || !i.requires_grad);

    private Dictionary<string, torch.Tensor> RunInGraph(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyCollection<string> wanted,
        Func<string, torch.Tensor> parameter,
        RunMode mode,
        IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>>? taps = null
    )
    {
        var options = Type == torch.float64 ? ScheduleOptions.Plain : Options with { OwnBackward = false };
        var runner = new LayerRunner(parameter, mode);
        var values = new Dictionary<string, torch.Tensor>();
        foreach (var step in ScheduleFor(wanted, options, taps?.Keys).Steps)
        {
            values[step.Result] = step switch
            {
                Step.Compute { Node.Layer: Input } when inputs.TryGetValue(step.Result, out var given) => given.alias(),
                Step.Compute(var node) => runner.Run(node, [.. node.Inputs.Select(i => values[i])]),
                Step.Tap => Consume(values[step.Result], x => Tap.Apply(step.Result, x, taps![step.Result])),
                Step.ToChannelsLast => Consume(values[step.Result], Layout.ChannelsLast),
                Step.ToBFloat16 => Consume(values[step.Result], x => x.to(torch.bfloat16)),
                _ => throw new NotSupportedException($"The step {step} is unknown."),
            };
            foreach (var dead in step.Frees)
            {
                values.Remove(dead, out var tensor);
                tensor?.Dispose();
            }
        }
        var results = wanted.ToDictionary(name => name, name => values[name]);
        foreach (var (name, value) in values)
        {
            if (!results.ContainsKey(name))
                value.Dispose();
        }
        return results;
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
