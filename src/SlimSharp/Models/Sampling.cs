namespace SlimSharp.Models;

/// <summary>What the random numbers of a training step are a pure function of.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Indices">The place of each image of the batch in its set.</param>
public sealed record Sampling(long Seed, int Epoch, IReadOnlyList<int> Indices);
