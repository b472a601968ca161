using System.Collections.Immutable;

namespace SlimSharp.Training;

/// <summary>Where a training stands: with the tensors beside it, all that is needed to go on with the same bits.</summary>
public sealed record TrainingPosition
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
}
