using SlimSharp.Models.Passes;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

// The one forward pass.
public sealed partial class Model
{
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
}
