using SlimSharp.Penalties;

namespace SlimSharp.Linear;

/// <summary>
/// What is to be minimised over weights w and an intercept v: Σᵢ sᵢ·ln(1 + exp(−yᵢ(xᵢ·w + v))) + β·ΣⱼJ(wⱼ) + ½·l2·‖w‖²,
/// with labels y of −1 and +1 and sample weights s that add up to 1, by default 1/n each, so that the first term is the
/// mean logistic loss. The intercept is penalised by neither. In a problem without an intercept v is 0.
/// </summary>
public sealed class LogisticProblem
{
    /// <summary>A problem.</summary>
    /// <param name="features">
    /// Samples by features; β and a penalty's shape mean most where features have like scales, see
    /// <see cref="Standardization"/>.
    /// </param>
    /// <param name="labels">−1 or +1 of each sample; both must occur.</param>
    /// <param name="penalty">J.</param>
    /// <exception cref="ArgumentException">Numbers or kinds of labels do not fit; the message says how.</exception>
    public LogisticProblem(DesignMatrix features, ReadOnlySpan<sbyte> labels, Penalty penalty)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(penalty);
        if (labels.Length != features.Rows)
            throw new ArgumentException($"There are {features.Rows} samples, but {labels.Length} labels.");
        foreach (var label in labels)
        {
            if (label is not (-1 or 1))
                throw new ArgumentException($"A label is {label}; it must be −1 or +1.");
        }
        if (!labels.Contains((sbyte)1) || !labels.Contains((sbyte)-1))
            throw new ArgumentException(
                $"All {labels.Length} labels are the same; samples of the other class are needed, too."
            );
        (Features, Penalty) = (features, penalty);
        Labels = new double[labels.Length];
        for (var i = 0; i < labels.Length; i++)
            Labels[i] = labels[i];
        SampleWeights = new double[labels.Length];
        Array.Fill(SampleWeights, 1.0 / labels.Length);
    }

    private LogisticProblem(LogisticProblem other, DesignMatrix features, double[] sampleWeights)
    {
        (Features, Penalty, Labels) = (features, other.Penalty, other.Labels);
        (L2, HasIntercept, SampleWeights) = (other.L2, other.HasIntercept, sampleWeights);
    }

    /// <summary>Samples by features.</summary>
    public DesignMatrix Features { get; }

    /// <summary>J, the shape of the penalty; its strength β is the solver's to be given.</summary>
    public Penalty Penalty { get; }

    /// <summary>Strength of ½‖w‖², which keeps weights finite on separable data.</summary>
    public double L2
    {
        get;
        init =>
            field =
                value >= 0 && double.IsFinite(value)
                    ? value
                    : throw new ArgumentOutOfRangeException(nameof(value), value, "l2 must be 0 or more and finite.");
    }

    /// <summary>Whether there is an intercept.</summary>
    public bool HasIntercept { get; init; } = true;

    internal double[] Labels { get; }

    internal double[] SampleWeights { get; }

    /// <summary>The same with a weight for each sample, of which only the ratios matter.</summary>
    /// <exception cref="ArgumentException">
    /// There are not as many as samples, one is negative or not finite, or a class has none above 0.
    /// </exception>
    public LogisticProblem WithSampleWeights(ReadOnlySpan<double> weights)
    {
        if (weights.Length != Labels.Length)
            throw new ArgumentException($"There are {Labels.Length} samples, but {weights.Length} weights.");
        var (minus, plus) = (0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0 && double.IsFinite(weights[i])))
                throw new ArgumentException(
                    $"The weight of sample {i} is {weights[i]}; it must be 0 or more and finite."
                );
            (minus, plus) = Labels[i] < 0 ? (minus + weights[i], plus) : (minus, plus + weights[i]);
        }
        if (!(minus > 0 && plus > 0))
            throw new ArgumentException("All samples of one class have the weight 0.");
        var normalized = weights.ToArray();
        for (var i = 0; i < normalized.Length; i++)
            normalized[i] /= minus + plus;
        return new(this, Features, normalized);
    }

    /// <summary>The same with the weights of each class's samples times a factor.</summary>
    /// <param name="minus">Factor of samples of label −1.</param>
    /// <param name="plus">Factor of samples of label +1.</param>
    public LogisticProblem WithClassWeights(double minus, double plus)
    {
        var weights = new double[Labels.Length];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = SampleWeights[i] * (Labels[i] < 0 ? minus : plus);
        return WithSampleWeights(weights);
    }

    /// <summary>The same with samples of both classes weighing the same in all.</summary>
    public LogisticProblem WithBalancedClasses()
    {
        var (minus, plus) = ClassWeights();
        return WithClassWeights(1 / minus, 1 / plus);
    }

    /// <summary>The same with other features of the same samples, such as scaled ones.</summary>
    public LogisticProblem WithFeatures(DesignMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return features.Rows == Features.Rows
            ? new(this, features, SampleWeights)
            : throw new ArgumentException($"There are {Features.Rows} samples, but {features.Rows} rows of features.");
    }

    /// <summary>Some of the samples, with their weights.</summary>
    /// <exception cref="ArgumentException">One of the classes is not among them.</exception>
    public LogisticProblem Select(ReadOnlySpan<int> rows)
    {
        var (labels, weights) = (new sbyte[rows.Length], new double[rows.Length]);
        for (var i = 0; i < rows.Length; i++)
            (labels[i], weights[i]) = ((sbyte)Labels[rows[i]], SampleWeights[rows[i]]);
        return new LogisticProblem(Features.Select(rows), labels, Penalty)
        {
            L2 = L2,
            HasIntercept = HasIntercept,
        }.WithSampleWeights(weights);
    }

    /// <summary>The objective.</summary>
    /// <param name="weights">w, a number per feature.</param>
    /// <param name="intercept">v.</param>
    /// <param name="beta">β.</param>
    public double Objective(ReadOnlySpan<double> weights, double intercept, double beta)
    {
        var margins = Margins(weights, intercept);
        return LogisticLoss.Value(margins, Labels, SampleWeights) + PenaltyValue(weights, beta);
    }

    /// <summary>
    /// The mean logistic loss of weights, and the share of samples that they put in the wrong class, or on the border,
    /// both by sample weights.
    /// </summary>
    public (double Loss, double ErrorRate) Score(ReadOnlySpan<double> weights, double intercept)
    {
        var (margins, wrong) = (Margins(weights, intercept), 0.0);
        for (var i = 0; i < margins.Length; i++)
            wrong += Labels[i] * margins[i] > 0 ? 0 : SampleWeights[i];
        return (LogisticLoss.Value(margins, Labels, SampleWeights), wrong);
    }

    /// <summary>The gradient of the loss and the l2 term, without the penalty, with respect to w and v.</summary>
    public (double[] Weights, double Intercept) Gradient(ReadOnlySpan<double> weights, double intercept)
    {
        var (margins, slopes) = (Margins(weights, intercept), new double[Features.Rows]);
        LogisticLoss.Slopes(margins, Labels, SampleWeights, slopes);
        var gradient = new double[Features.Columns];
        for (var j = 0; j < gradient.Length; j++)
            gradient[j] = Features.Dot(j, slopes) + L2 * weights[j];
        return (gradient, Vectors.Sum(slopes));
    }

    /// <summary>
    /// The intercept that is best where all weights are zero: the logarithm of the odds; 0 without an intercept.
    /// </summary>
    public double NullIntercept
    {
        get
        {
            var (minus, plus) = ClassWeights();
            return HasIntercept ? Math.Log(plus / minus) : 0;
        }
    }

    /// <summary>
    /// The largest |∂loss/∂wⱼ| where all weights are zero. With β·J'(0+) above it w = 0 is a strict local minimum,
    /// below it none has w = 0: for l1 and every penalty with a finite slope at zero.
    /// </summary>
    public double NullGradient =>
        _nullGradient ??= Vectors.LargestMagnitude(Gradient(new double[Features.Columns], NullIntercept).Weights);

    private double? _nullGradient;

    /// <summary>
    /// The least β with which all weights are zero; null for penalties of infinite slope at zero, such as lp, for which
    /// w = 0 is a local minimum at any β.
    /// </summary>
    public double? LargestBeta => double.IsFinite(Penalty.SlopeAtZero) ? NullGradient / Penalty.SlopeAtZero : null;

    /// <summary>
    /// L, the Lipschitz constant of the gradient of the loss: the largest eigenvalue of X̃ᵀ diag(s/4) X̃, plus l2, by
    /// Lanczos iteration; X̃ is X with the mean of each column taken off and a column of ones, or X without an
    /// intercept.
    /// </summary>
    public double LipschitzConstant() =>
        // Centred columns are orthogonal to that of ones, whose eigenvalue is 1/4.
        Math.Max(Lanczos.LargestEigenvalue(Features, Means(), CurvatureBounds()), HasIntercept ? 0.25 : 0) + L2;

    internal double[] Margins(ReadOnlySpan<double> weights, double intercept)
    {
        var margins = new double[Features.Rows];
        Features.Multiply(weights, intercept, margins);
        return margins;
    }

    /// <summary>What the curvature of the loss along each margin is nowhere above: s/4.</summary>
    internal double[] CurvatureBounds()
    {
        var bounds = new double[Features.Rows];
        for (var i = 0; i < bounds.Length; i++)
            bounds[i] = SampleWeights[i] / 4;
        return bounds;
    }

    /// <summary>The weighted mean of each column where there is an intercept to take it up; else zeros.</summary>
    internal double[] Means()
    {
        var means = new double[Features.Columns];
        for (var j = 0; HasIntercept && j < means.Length; j++)
            means[j] = Features.Dot(j, SampleWeights);
        return means;
    }

    internal double PenaltyValue(ReadOnlySpan<double> weights, double beta)
    {
        var sum = 0.0;
        foreach (var w in weights)
        {
            if (w != 0)
                sum += beta * Penalty.Value(w) + L2 / 2 * w * w;
        }
        return sum;
    }

    /// <summary>
    /// The curvature from which on a step of a solver, 1/curvature, has a single-valued proximal operator and descends:
    /// a little above β times the penalty's weak convexity; 0 for lp, whose operator has two values at its threshold
    /// for every step.
    /// </summary>
    internal double LeastCurvature(double beta) =>
        double.IsFinite(Penalty.WeakConvexity) ? 1.01 * beta * Penalty.WeakConvexity : 0;

    /// <summary>
    /// c·|w − prox(w − g/c)|, with c the larger of a curvature and the least: how far a coordinate is from where it
    /// would stay, in units of the gradient.
    /// </summary>
    internal double Violation(double weight, double gradient, double curvature, double beta)
    {
        if (!(curvature > 0))
            return 0;
        var c = Math.Max(curvature, LeastCurvature(beta));
        return c * Math.Abs(weight - Penalty.Prox(weight - gradient / c, beta / c));
    }

    private (double Minus, double Plus) ClassWeights()
    {
        var plus = 0.0;
        for (var i = 0; i < Labels.Length; i++)
            plus += Labels[i] > 0 ? SampleWeights[i] : 0;
        return (1 - plus, plus);
    }
}
