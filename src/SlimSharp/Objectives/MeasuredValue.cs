namespace SlimSharp.Objectives;

/// <summary>What was measured, and how much of it.</summary>
/// <param name="Measure">What.</param>
/// <param name="Value">The mean over samples.</param>
public readonly record struct MeasuredValue(NamedMeasure Measure, double Value);
