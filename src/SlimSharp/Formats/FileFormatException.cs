namespace SlimSharp.Formats;

/// <summary>A file that is not what it should be; the message names the file and what is wrong with it.</summary>
/// <param name="message">The sentence for the user.</param>
/// <param name="inner">What was noticed first, if anything.</param>
public sealed class FileFormatException(string message, Exception? inner = null) : SlimSharpException(message, inner);
