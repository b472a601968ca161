namespace SlimSharp.Linear;

/// <summary>Data that cannot be used; the message is a sentence for the one who gave it.</summary>
public sealed class LinearDataException(string message, Exception? inner = null) : Exception(message, inner);
