using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Regularizers;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Training;

/// <summary>One step of a training: forward, loss, backward, optimiser, with the regularisers at their moments.</summary>
/// <param name="options">How.</param>
/// <param name="regularizers">Methods that take part, in their order.</param>
/// <param name="batches">Steps per epoch.</param>
internal sealed class TrainingStep(TrainingOptions options, IReadOnlyList<Regularizer> regularizers, int batches)
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
        );
        using var batch = regularizers.Aggregate(given, (b, r) => r.OnBatch(b, info));
        var labels = Evaluation.Targets(batch, model);

        var parameters = new ParameterValues(model);
        foreach (var regularizer in regularizers)
            regularizer.Substitute(parameters, info);
        var output = model.Network.Outputs[0];
        var values = model.Run(
            batch.InputsFor(model),
            [.. model.Network.Outputs.Concat(regularizers.SelectMany(r => r.Features)).Distinct()],
            parameters.Substitutes,
            new RunMode(true, new(options.Seed, position.Epoch, batch.Indices))
        );
        var loss = F.cross_entropy(values[output], labels, label_smoothing: options.LabelSmoothing);
        var mean = Numbers.Single(loss);
        foreach (var term in regularizers.Select(r => r.Loss(model, batch, values, info)).OfType<torch.Tensor>())
            loss = loss.add(term, Scalars.One);
        if (!double.IsFinite(mean))
            throw new DivergedException(
                $"The loss is no longer a number in epoch {position.Epoch + 1}, batch {position.Batch + 1}",
                position.History
            );

        loss.backward();
        foreach (var regularizer in regularizers)
            regularizer.OnGradients(model, info);
        state.Step(rate, options.ClipNorm);
        foreach (var regularizer in regularizers)
            regularizer.AfterStep(model, info);
        state.Position = state.Position with
        {
            LossSum = position.LossSum + mean * batch.Indices.Count,
            Correct = position.Correct + Evaluation.Correct(values[output], labels),
            Seen = position.Seen + batch.Indices.Count,
        };
    }
}
