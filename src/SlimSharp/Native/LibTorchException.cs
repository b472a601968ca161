namespace SlimSharp;

/// <summary>libtorch cannot be loaded; the message says which library lacks what, and what to do.</summary>
/// <param name="message">The sentence for the user.</param>
public sealed class LibTorchException(string message) : SlimSharpException(message);
