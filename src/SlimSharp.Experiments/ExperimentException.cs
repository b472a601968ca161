namespace SlimSharp.Experiments;

/// <summary>
/// An experiment that cannot be carried out as it was asked for; the message says why and what to do.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What was noticed first, if anything.</param>
public sealed class ExperimentException(string message, Exception? inner = null) : SlimSharpException(message, inner);
