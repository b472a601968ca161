namespace SlimSharp.Networks;

/// <summary>A network that cannot be: the message names the node, what is wrong, and what it needs.</summary>
/// <param name="message">The sentence for the user.</param>
public sealed class NetworkException(string message) : SlimSharpException(message);
