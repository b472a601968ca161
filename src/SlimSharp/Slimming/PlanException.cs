namespace SlimSharp.Slimming;

/// <summary>A plan that cannot be made or carried out; the message says why and what to do.</summary>
/// <param name="message">The sentence for the user.</param>
public sealed class PlanException(string message) : SlimSharpException(message);
