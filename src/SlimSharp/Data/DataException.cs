namespace SlimSharp.Data;

/// <summary>Data that cannot be used; the message names the file, what is wrong with it, and what to do.</summary>
/// <param name="message">The sentence for the user.</param>
/// <param name="inner">What was noticed first, if anything.</param>
public sealed class DataException(string message, Exception? inner = null) : SlimSharpException(message, inner);
