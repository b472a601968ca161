using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// One step of a training: forward, loss, backward, optimiser, with the regularisers at their moments.
/// </summary>
/// <param name="options">How.</param>
/// <param name="objective">What for.</param>
/// <param name="regularizers">Methods that take part, in their order.</param>
/// <param name="batches">Steps per epoch.</param>
internal sealed class TrainingStep(
    TrainingOptions options,
    Objective objective,
    IReadOnlyList<Regularizer> regularizers,
    int batches
)
{
    /// <summary>Trains on one batch, which is disposed; counts it in the state's position.</summary>
    /// <exception cref="DivergedException">The loss is no longer a number.</exception>
    internal void Run(TrainingState state, Batch given)
    {
        using var scope = torch.NewDisposeScope();
        var (model, position) = (state.Model, state.Position);
        var progress = (position.Epoch + (double)position.Batch / batches) / options.Epochs;
        var rate = options.LearningRate.At(progress);
        var info = new StepInfo(
            position.Epoch,
            position.Batch,
            rate,
            options.Optimizer.EffectiveStep(rate),
            progress,
            position.Batch == batches - 1
        )
        {
            Optimizer = options.Optimizer,
        };
        using var batch = objective.Prepare(regularizers.Aggregate(given, (b, r) => r.OnBatch(b, info)));
        var names = objective.Measures(model.Network);
        var sums = new double[names.Count];
        var mean = 0.0;
        var parts = PartsOf(batch);
        foreach (var part in parts)
        {
            var values = Forward(model, part, info);
            var loss = objective.Loss(model.Network, part, values);
            var own = Numbers.Single(loss);
            mean += parts.Length == 1 ? own : own * part.Count / batch.Count;
            foreach (var term in regularizers.Select(r => r.Loss(model, part, values, info)).OfType<torch.Tensor>())
                loss = loss.add(term, Scalars.One);
            if (!double.IsFinite(own))
                throw new DivergedException(
                    $"The loss is no longer a number in epoch {position.Epoch + 1}, batch {position.Batch + 1}",
                    position.History
                );
            if (parts.Length > 1)
            {
                using Scalar share = (double)part.Count / batch.Count;
                loss = loss.mul(share);
            }
            loss.backward();
            objective.AddMeasures(model.Network, part, values, sums);
        }

        foreach (var regularizer in regularizers)
            regularizer.OnGradients(model, info);
        state.Step(rate, options.ClipNorm);
        foreach (var regularizer in regularizers)
            regularizer.AfterStep(model, info);
        state.KeepFrozen();
        state.Position = state.Position with
        {
            LossSum = position.LossSum + mean * batch.Count,
            Sums = names
                .Zip(sums)
                .Aggregate(
                    position.Sums,
                    (all, m) => all.SetItem(m.First.Name, all.GetValueOrDefault(m.First.Name) + m.Second)
                ),
            Seen = position.Seen + batch.Count,
        };
    }

    private IReadOnlyDictionary<string, torch.Tensor> Forward(Model model, Batch batch, StepInfo info)
    {
        var parameters = new ParameterValues(model);
        foreach (var regularizer in regularizers)
            regularizer.Substitute(parameters, info);
        return model.Run(
            batch.InputsFor(model),
            [
                .. model
                    .Network.Outputs.Concat(objective.Nodes(model.Network))
                    .Concat(regularizers.SelectMany(r => r.Features))
                    .Distinct(),
            ],
            parameters.Substitutes,
            new RunMode(true, new(options.Seed, info.Epoch, batch.Indices))
        );
    }

    // Of nearly one size, and of two samples at least: of one BatchNorm takes no variance.
    private Batch[] PartsOf(Batch batch)
    {
        var count = Math.Clamp(batch.Count / 2, 1, options.Accumulate);
        if (count == 1)
            return [batch];
        int From(int part) => (int)((long)part * batch.Count / count);
        return [.. Enumerable.Range(0, count).Select(p => batch.Part(From(p), From(p + 1) - From(p)))];
    }
}
