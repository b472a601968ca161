using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;

namespace SlimSharp.Training;

/// <summary>
/// Trains a model: the published loop, with regularisers at their moments and a checkpoint each minute and each epoch.
/// </summary>
/// <param name="options">How.</param>
/// <param name="regularizers">Methods that take part, in their order.</param>
public sealed class Trainer(TrainingOptions options, params IReadOnlyList<Regularizer> regularizers)
{
    private readonly RegularizerSet _regularizers = RegularizerSet.Of(regularizers);

    /// <summary>Where to report to.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Writes a checkpoint; called at each epoch's end, when a minute has passed, and when stopped. The checkpoint is
    /// disposed afterwards.
    /// </summary>
    public Action<Checkpoint>? Save { get; init; }

    /// <summary>How long at most between checkpoints.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is trained for; classification by default.</summary>
    public Objective Objective { get; init; } = new Classification { LabelSmoothing = options.LabelSmoothing };

    /// <summary>Trains on images, shuffled and augmented as the options say; see the other overload.</summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    /// <exception cref="TrainingException">An option is out of range, or there are too few images.</exception>
    /// <exception cref="DivergedException">A loss or the weights are no longer numbers.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, after a checkpoint.</exception>
    public TrainingPosition Train(
        Model model,
        ImageSet train,
        ImageSet? validation,
        Normalization normalization,
        Checkpoint? from = null,
        Weights? memory = null,
        CancellationToken stop = default
    )
    {
        options.Check();
        var batches = new ImageBatches(train, options.BatchSize, normalization, options.Augmentation, options.Seed)
        {
            LeavesOutSingle = true,
        };
        Objective.Check(model.Network, batches);
        if (batches.BatchCount == 0)
            throw new TrainingException(
                $"{train.Name}: {train.Count} image{(train.Count == 1 ? " is" : "s are")} left to train on, but 2 are the least, for BatchNorm takes a variance over them. Give more images, or a smaller share of validation images."
            );
        return Train(
            model,
            batches,
            validation is null ? null : ImageBatches.InOrder(validation, normalization),
            from,
            memory,
            stop
        );
    }

    /// <summary>
    /// Trains <paramref name="model"/> in place, from <paramref name="from"/> on if given. Afterwards it holds the last
    /// weights, or the best ones on validation samples if so asked. A new training may begin with the
    /// <paramref name="memory"/> of an optimiser, as momentum.NAME by parameter.
    /// </summary>
    /// <exception cref="DataException">The objective cannot be reached with these batches.</exception>
    /// <exception cref="TrainingException">An option is out of range, or there is nothing to train on.</exception>
    /// <exception cref="DivergedException">
    /// A loss or the weights are no longer numbers; what was saved last is from before.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped, after a checkpoint.</exception>
    public TrainingPosition Train(
        Model model,
        BatchSource train,
        BatchSource? validation = null,
        Checkpoint? from = null,
        Weights? memory = null,
        CancellationToken stop = default
    )
    {
        options.Check();
        Objective.Check(model.Network, train);
        if (validation is not null)
            Objective.Check(model.Network, validation);
        if (train.BatchCount == 0)
            throw new TrainingException($"{train.Name}: there is no batch to train on.");
        if (validation is { BatchCount: 0 })
            throw new TrainingException($"{validation.Name}: there is no sample to validate on; give some, or null.");
        using var state = new TrainingState(model, options.Optimizer, _regularizers);
        if (from is not null)
        {
            state.Restore(from);
            train.RestorePlace(from.Source);
        }
        else if (memory is not null)
            state.Recall(memory);
        var pace = new Pace(options.Epochs, train.BatchCount, state.Position);
        while (state.Position.Epoch < options.Epochs)
        {
            RunEpoch(state, train, pace, stop);
            FinishEpoch(state, Validate(state, train, validation, pace, stop), pace);
            SaveNow(state, train, pace);
        }
        if (options.KeepBest && state.Best is { } best)
            model.Load(best);
        return state.Position;
    }

    private void RunEpoch(TrainingState state, BatchSource batches, Pace pace, CancellationToken stop)
    {
        state.Model.train();
        var count = batches.BatchCount;
        var step = new TrainingStep(options, Objective, _regularizers, count);
        foreach (var batch in batches.Epoch(state.Position.Epoch, state.Position.Batch))
        {
            step.Run(state, batch);
            var p = state.Position = state.Position with { Batch = state.Position.Batch + 1 };
            Progress?.Report(
                new(p.Epoch, options.Epochs, p.Batch, count, p.LossSum / p.Seen, Means(state), pace.Remaining(p), null)
            );
            var isStopped = stop.IsCancellationRequested; // asked once: what comes later is for the next batch
            if (isStopped || (p.Batch < count && pace.SinceSave > SaveEvery))
                SaveNow(state, batches, pace);
            if (isStopped)
                stop.ThrowIfCancellationRequested();
            if (p.Batch == count)
                break;
        }
        if (state.Position.Batch != count)
            throw new TrainingException(
                $"{batches.Name}: epoch {state.Position.Epoch + 1} ended after {state.Position.Batch} batches, but "
                    + $"{nameof(BatchSource.BatchCount)} says {count}; a training could not be gone on with at its place."
            );
    }

    private MeasuredValue[] Means(TrainingState state) =>
        [
            .. Objective
                .Measures(state.Model.Network)
                .Select(m => new MeasuredValue(m, state.Position.Sums.GetValueOrDefault(m.Name) / state.Position.Seen)),
        ];

    // Many validation images take their time, too.
    private Score? Validate(
        TrainingState state,
        BatchSource train,
        BatchSource? validation,
        Pace pace,
        CancellationToken stop
    )
    {
        try
        {
            return validation is null ? null : Evaluation.Of(state.Model, validation, Objective, stop);
        }
        catch (OperationCanceledException)
        {
            SaveNow(state, train, pace);
            throw;
        }
    }

    private void FinishEpoch(TrainingState state, Score? score, Pace pace)
    {
        var p = state.Position;
        var scales = BatchNormScales.Values(state.Model);
        var means = Means(state);
        var measures = _regularizers.Measures(state.Model);
        var metrics = new EpochMetrics
        {
            Epoch = p.Epoch + 1,
            LearningRate = options.LearningRate.At((p.Epoch + (p.Batch - 1.0) / p.Batch) / options.Epochs),
            TrainLoss = p.LossSum / p.Seen,
            Train = means.ToDictionary(m => m.Measure.Name, m => m.Value, StringComparer.Ordinal),
            ValidationLoss = score?.Loss,
            Validation = score?.Measures,
            NearZero = Share(scales, s => Math.Abs(s) < BatchNormScales.NearZero),
            Zero = Share(scales, s => s == 0),
            Measures = measures.Count == 0 ? null : measures,
            Seconds = pace.TakeSeconds(),
        }.WithoutInfinities();
        foreach (var regularizer in _regularizers)
            regularizer.AfterEpoch(state.Model, metrics);
        var (deciding, reached) = (Objective.Deciding(state.Model.Network), score?.Deciding);
        var better = reached is { } value && (p.Best is not { } best || deciding.IsBetter(value, best));
        if (better && options.KeepBest)
            state.KeepBest();
        state.Position = new()
        {
            Epoch = p.Epoch + 1,
            Steps = p.Steps,
            Best = better ? reached : p.Best,
            History = p.History.Add(metrics),
            Seconds = p.Seconds + metrics.Seconds,
        };
        Progress?.Report(
            new(
                p.Epoch,
                options.Epochs,
                p.Batch,
                p.Batch,
                metrics.TrainLoss,
                means,
                pace.Remaining(state.Position),
                metrics
            )
        );
        if (score is not null && !double.IsFinite(score.Loss))
            throw new DivergedException(
                $"The loss on validation images is no longer a number after epoch {p.Epoch + 1}",
                state.Position.History
            );
    }

    // What is saved is good: a training that has diverged keeps the checkpoint before.
    private void SaveNow(TrainingState state, BatchSource train, Pace pace)
    {
        using var checkpoint = state.ToCheckpoint();
        var weights = checkpoint.Weights;
        if (weights.Names.FirstOrDefault(n => !Numbers.IsFinite(weights[n])) is { } lost)
            throw new DivergedException(
                $"The numbers of '{lost}' are no longer finite in epoch {state.Position.Epoch + (state.Position.Batch > 0 ? 1 : 0)}",
                state.Position.History
            );
        if (Save is null)
            return;
        train.SavePlace(checkpoint.Source);
        Save(checkpoint);
        pace.Saved();
    }

    private static double Share(double[] values, Func<double, bool> holds) =>
        values.Length == 0 ? 0 : (double)values.Count(holds) / values.Length;
}
