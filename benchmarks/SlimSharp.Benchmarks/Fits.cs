namespace SlimSharp.Benchmarks;

/// <summary>Solutions of several β, and the seconds that they took together.</summary>
internal sealed record Fits(double Seconds, double[][] Weights, double[] Intercepts);
