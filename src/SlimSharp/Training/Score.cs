using SlimSharp.Objectives;

namespace SlimSharp.Training;

/// <summary>How well a model does on some samples.</summary>
/// <param name="Loss">The objective's loss, the mean over samples; for classification the cross-entropy.</param>
/// <param name="Measures">What the objective measures, by name; means over samples.</param>
/// <param name="Count">How many samples.</param>
/// <param name="Deciding">The value of the measure that decides which of two models is better.</param>
public sealed record Score(double Loss, IReadOnlyDictionary<string, double> Measures, int Count, double Deciding)
{
    /// <summary>
    /// The share of samples whose class gets the largest output, in [0, 1]; of several outputs the mean.
    /// </summary>
    /// <exception cref="TrainingException">It was not measured.</exception>
    public double Accuracy =>
        Measures.TryGetValue(NamedMeasure.Accuracy.Name, out var accuracy)
            ? accuracy
            : throw new TrainingException(
                $"Accuracy was not measured; what was: {string.Join(", ", Measures.Keys.Prepend("loss"))}."
            );

    /// <summary>The loss and what was measured, by name. That accuracy is not among it is no error here.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"loss {Loss:G4}{string.Concat(Measures.Select(Text))} of {Count:N0} samples");

    private static string Text(KeyValuePair<string, double> measure) =>
        FormattableString.Invariant($", {measure.Key} {measure.Value:G4}");
}
