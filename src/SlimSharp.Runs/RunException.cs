namespace SlimSharp.Runs;

/// <summary>A run folder that cannot be used; the message names it and says what to do.</summary>
/// <param name="message">The sentence for the user.</param>
/// <param name="inner">What was noticed first, if anything.</param>
public sealed class RunException(string message, Exception? inner = null) : Exception(message, inner);
