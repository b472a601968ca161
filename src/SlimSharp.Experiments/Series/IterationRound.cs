using SlimSharp.Networks;

namespace SlimSharp.Experiments;

/// <summary>A network at the start of rounds, or after one of them.</summary>
/// <param name="Round">Which, from 1; 0 for the start.</param>
/// <param name="File">Its file.</param>
/// <param name="Cost">What it costs.</param>
public sealed record IterationRound(int Round, string File, NetworkCost Cost);
