namespace SlimSharp.Networks;

/// <summary>An axis of a parameter with one place per token of an input.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="Port">Which input, from 0.</param>
public readonly record struct TokenAxis(int Axis, int Port = 0);
