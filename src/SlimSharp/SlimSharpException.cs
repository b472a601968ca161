namespace SlimSharp;

/// <summary>
/// Something the user can put right; the message is a sentence that says what is wrong, where, and what to do.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What was noticed first, if anything.</param>
public abstract class SlimSharpException(string message, Exception? inner = null) : Exception(message, inner);
