using System.Diagnostics;
using System.Runtime.InteropServices;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>SlimSharp's own training step, as <see cref="Trainer"/> takes it.</summary>
internal sealed class OurTraining : IDisposable
{
    private readonly TrainingOptions _options = new();
    private readonly Model _model;
    private readonly TrainingState _state;
    private readonly TrainingStep _step;
    private readonly ScalePenalty _penalty = new(new L1(), 1e-4);

    internal OurTraining(Network network, bool bfloat16)
    {
        _model = new Model(network) { Options = new() { BFloat16 = bfloat16 } };
        _model.train();
        _state = new TrainingState(_model, _options.Optimizer, [_penalty]);
        _step = new TrainingStep(_options, new Classification(), [_penalty], 1000);
    }

    internal void Step(torch.Tensor images, torch.Tensor labels) =>
        _step.Run(_state, new Batch(images.alias(), labels.alias(), [.. Enumerable.Range(0, (int)images.shape[0])]));

    /// <summary>
    /// Milliseconds of the optimiser, of the dearest penalty's gradients, and of the dearest proximal operator on all
    /// scales.
    /// </summary>
    internal (double Optimizer, double Penalty, double Prox) Around()
    {
        using var still = torch.no_grad();
        var slots = _model
            .parameters()
            .Select(p => new OptimizerSlot(
                p,
                torch.zeros_like(p),
                [torch.zeros_like(p)],
                _options.Optimizer.For("", SlimSharp.Networks.ParameterRole.Weight)
            ))
            .ToArray();
        var penalties = PenaltyKind.All.Select(k => Penalty.Parse(k.Example, 1e-4)).ToArray();
        foreach (var scale in _model.Scales)
            scale.grad = torch.zeros_like(scale);
        var gradients = penalties
            .Select(p => Time(() => new ScalePenalty(p, 1e-4) { Warning = _ => { } }.AddGradients(_model)))
            .Max();
        var prox = penalties.Select(p => Time(() => Shrink(p))).Max();
        return (Time(() => _options.Optimizer.Step(slots, 0.1, 1)), gradients, prox);
    }

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }

    private void Shrink(Penalty penalty)
    {
        foreach (var scale in _model.Scales)
            penalty.Prox(MemoryMarshal.Cast<byte, float>(scale.bytes), 1e-6);
    }

    private static double Time(Action act)
    {
        var times = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var start = Stopwatch.GetTimestamp();
            act();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return times.Skip(2).Order().ElementAt(5);
    }
}
