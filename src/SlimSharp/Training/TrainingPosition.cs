using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SlimSharp.Objectives;

namespace SlimSharp.Training;

/// <summary>
/// Where a training stands: with the tensors beside it, all that is needed to go on with the same bits.
/// </summary>
public sealed record TrainingPosition : IJsonOnDeserialized
{
    /// <summary>The epoch under way, from 0; as many as there are epochs when done.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches of it that are done.</summary>
    public int Batch { get; init; }

    /// <summary>Optimiser steps so far.</summary>
    public long Steps { get; init; }

    /// <summary>Σ loss·samples over the epoch so far.</summary>
    public double LossSum { get; init; }

    /// <summary>The sums of the objective's measures over the samples of the epoch so far, by name.</summary>
    public ImmutableSortedDictionary<string, double> Sums
    {
        get => field ?? NoSums;
        init;
    } = NoSums;

    /// <summary>Samples of the epoch so far.</summary>
    public long Seen { get; init; }

    /// <summary>The best value of the deciding measure on validation samples; null before the first.</summary>
    public double? Best { get; init; }

    /// <summary>What was measured at the end of every epoch.</summary>
    public ImmutableArray<EpochMetrics> History { get; init; } = [];

    /// <summary>Seconds of training so far, over all sessions.</summary>
    public double Seconds { get; init; }

    // Positions of earlier versions know accuracy alone; they are read as what they meant, and never written.
    [JsonInclude, JsonPropertyName("correct")]
    internal long? EarlierCorrect
    {
        get => null;
        init => Sums = value is { } hits ? Sums.SetItem(NamedMeasure.Accuracy.Name, hits) : Sums;
    }

    [JsonInclude, JsonPropertyName("bestAccuracy")]
    internal double? EarlierBest
    {
        get => null;
        init => Best = value is >= 0 ? value : Best;
    }

    private static ImmutableSortedDictionary<string, double> NoSums { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Epoch < 0 || Batch < 0 || Steps < 0 || Seen < 0 || Batch > 0 && Seen == 0)
            throw new TrainingException("it counts what cannot be");
        if (History.IsDefault || History.Length != Epoch)
            throw new TrainingException($"{Epoch} epochs are done, but it holds the metrics of others");
        if (!(Seconds >= 0 && double.IsFinite(Seconds) && double.IsFinite(LossSum) && Sums.Values.All(double.IsFinite)))
            throw new TrainingException("its sums are no sums");
    }
}
