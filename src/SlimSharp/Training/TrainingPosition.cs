using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>Where a training stands: with the tensors beside it, all that is needed to go on with the same bits.</summary>
public sealed record TrainingPosition : IJsonOnDeserialized
{
    /// <summary>The epoch under way, from 0; as many as there are epochs when done.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches of it that are done.</summary>
    public int Batch { get; init; }

    /// <summary>Optimiser steps so far.</summary>
    public long Steps { get; init; }

    /// <summary>Σ loss·images over the epoch so far.</summary>
    public double LossSum { get; init; }

    /// <summary>Correctly classified images of the epoch so far.</summary>
    public long Correct { get; init; }

    /// <summary>Images of the epoch so far.</summary>
    public long Seen { get; init; }

    /// <summary>The best accuracy on validation images, in [0, 1].</summary>
    public double BestAccuracy { get; init; } = -1;

    /// <summary>What was measured at the end of every epoch.</summary>
    public ImmutableArray<EpochMetrics> History { get; init; } = [];

    /// <summary>Seconds of training so far, over all sessions.</summary>
    public double Seconds { get; init; }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Epoch < 0 || Batch < 0 || Steps < 0 || Seen < 0 || Correct < 0 || Correct > Seen || Batch > 0 && Seen == 0)
            throw new TrainingException("it counts what cannot be");
        if (History.IsDefault || History.Length != Epoch)
            throw new TrainingException($"{Epoch} epochs are done, but it holds the metrics of others");
        if (!(Seconds >= 0 && double.IsFinite(Seconds) && double.IsFinite(LossSum)))
            throw new TrainingException("its sums are no sums");
    }
}
