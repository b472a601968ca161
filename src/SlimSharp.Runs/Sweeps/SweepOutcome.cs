namespace SlimSharp.Runs;

/// <summary>How an attempt ended.</summary>
/// <param name="State">
/// <see cref="SweepState.Done"/>, <see cref="SweepState.Stopped"/> or <see cref="SweepState.Failed"/>.
/// </param>
/// <param name="LastWords">Why it failed.</param>
public readonly record struct SweepOutcome(SweepState State, string LastWords = "");
