namespace SlimSharp.Linear;

/// <summary>
/// Recognises objectives without a minimum. Where weights separate the classes and the penalty is bounded, ever larger
/// multiples of them lower the loss and cost no more: the infimum is not attained, and where a solver stops says
/// little.
/// </summary>
internal static class Separation
{
    internal static string? Sentence(LogisticProblem problem, double[] weights, double[] margins, double beta)
    {
        if (problem.L2 > 0 || Array.TrueForAll(weights, w => w == 0))
            return null;
        for (var i = 0; i < margins.Length; i++)
        {
            if (problem.SampleWeights[i] > 0 && !(problem.Labels[i] * margins[i] > 0))
                return null;
        }
        double At(double factor)
        {
            var (multiple, far) = (new double[weights.Length], new double[margins.Length]);
            for (var j = 0; j < weights.Length; j++)
                multiple[j] = factor * weights[j];
            for (var i = 0; i < far.Length; i++)
                far[i] = factor * margins[i];
            return LogisticLoss.Value(far, problem.Labels, problem.SampleWeights)
                + problem.PenaltyValue(multiple, beta);
        }
        // Far out a penalty that grows at all is above where it began. Where the loss is 0 already, as near as numbers
        // go, it falls no further.
        return At(1e9) <= At(1) && At(1e12) <= At(1e9)
            ? "The classes are separated and the penalty is bounded, so that ever larger weights are ever better and no minimum is attained; these weights are where the solver stopped. "
                + "Give an l2 term, a larger β, or a penalty that is less curved."
            : null;
    }
}
