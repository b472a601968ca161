namespace SlimSharp.Cli;

/// <summary>Options that do not make sense together; the message says which and what to do.</summary>
/// <param name="message">The sentence for the user.</param>
internal sealed class UsageException(string message) : Exception(message);
