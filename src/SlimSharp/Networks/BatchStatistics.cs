namespace SlimSharp.Networks;

/// <summary>
/// The statistics of a layer that normalises each channel: by the batch's in training, where it takes running ones
/// along, and by these in evaluation, (x − mean)/√(variance + ε).
/// </summary>
/// <param name="Mean">The name of the parameter with the running means.</param>
/// <param name="Variance">The name of the parameter with the running variances.</param>
/// <param name="Epsilon">What is added to the variance.</param>
public sealed record BatchStatistics(string Mean, string Variance, double Epsilon);
