namespace SlimSharp.Training;

/// <summary>How well a model does on a set.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">The share of images whose class gets the largest output, in [0, 1].</param>
/// <param name="Count">How many images.</param>
public sealed record Score(double Loss, double Accuracy, int Count);
