namespace SlimSharp.Latency;

/// <summary>A table of latencies that was measured.</summary>
/// <param name="Table">The table.</param>
/// <param name="Disturbance">What disturbed it; null if the machine was quiet. A disturbed table is nothing to keep and
/// plan with.</param>
public sealed record LatencyMeasurement(LatencyTable Table, Disturbance? Disturbance);
