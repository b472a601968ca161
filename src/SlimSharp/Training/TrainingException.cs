namespace SlimSharp.Training;

/// <summary>A training that cannot start or go on; the message says why and what to do.</summary>
/// <param name="message">The sentence for the user.</param>
public class TrainingException(string message) : SlimSharpException(message);
