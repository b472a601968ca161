using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>
/// How variational scales are trained. A channel is pruned when |μ| and σ are both below their thresholds; those are
/// the published ones. With the published prior nothing but noise ever lowers σ, so its start and its rate decide
/// whether anything is pruned: with 6,000 images, starts of 0.003 to 0.009 at a rate of 0.01 prune dead channels.
/// </summary>
public sealed record VariationalOptions
{
    /// <summary>σ at the start.</summary>
    public double Deviation { get; init; } = 0.005;

    /// <summary>The learning rate of ln σ², the same over the whole training.</summary>
    public double Rate { get; init; } = 0.01;

    /// <summary>Momentum of ln σ².</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>The weight of the KL term; 1 is the ELBO.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// The share of the training over which that weight rises from 0. On small sets the term is strong, Σμ²/(2σ²N), and
    /// would empty a network before its channels have learnt anything to be held up by.
    /// </summary>
    public double WarmUp { get; init; } = 0.25;

    /// <summary>Channels with |μ| below this may be pruned.</summary>
    public double MeanThreshold { get; init; } = 0.02;

    /// <summary>Channels with σ below this may be pruned.</summary>
    public double DeviationThreshold { get; init; } = 0.01;

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="TrainingException">The message names the option.</exception>
    public void Check()
    {
        if (!(Deviation > 0 && double.IsFinite(Deviation)))
            throw new TrainingException($"VariationalOptions.Deviation is {Deviation}, but must be positive.");
        if (!(Rate > 0 && double.IsFinite(Rate)))
            throw new TrainingException($"VariationalOptions.Rate is {Rate}, but must be positive.");
        if (!(Weight >= 0 && double.IsFinite(Weight)))
            throw new TrainingException($"VariationalOptions.Weight is {Weight}, but must be 0 or more.");
        if (WarmUp is not (>= 0 and <= 1))
            throw new TrainingException($"VariationalOptions.WarmUp is {WarmUp}, but must be a share in [0, 1].");
    }
}
