using System.Globalization;

namespace SlimSharp.Training;

/// <summary>
/// A tenth from one share of the training on, a hundredth from another: as published, from the half and from three
/// quarters.
/// </summary>
public sealed record StepDecay : LearningRate
{
    /// <summary>The share of the training from which on the rate is a tenth; null for the half.</summary>
    public double? TenthFrom { get; init; }

    /// <summary>The share from which on it is a hundredth, 1 for never; null for three quarters.</summary>
    public double? HundredthFrom { get; init; }

    private double Tenth => TenthFrom ?? 0.5;

    private double Hundredth => HundredthFrom ?? 0.75;

    /// <summary>
    /// The same with so many parts of the training, such as epochs, at the rate, at a tenth and at a hundredth of it.
    /// </summary>
    /// <exception cref="ArgumentException">There is no part at the rate, or one is negative.</exception>
    public StepDecay In(int whole, int tenth = 0, int hundredth = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(whole, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(tenth);
        ArgumentOutOfRangeException.ThrowIfNegative(hundredth);
        var all = (double)whole + tenth + hundredth;
        return this with { TenthFrom = whole / all, HundredthFrom = ((double)whole + tenth) / all };
    }

    /// <inheritdoc/>
    public override string InWords() =>
        (Tenth < 1, Hundredth < 1) switch
        {
            (false, _) => "not at all",
            (_, false) => $"a tenth at {Percent(Tenth)}",
            _ when Tenth == Hundredth => $"a hundredth at {Percent(Hundredth)}",
            _ => $"a tenth at {Percent(Tenth)} and at {Percent(Hundredth)}",
        };

    /// <inheritdoc/>
    protected override double Factor(double progress) =>
        progress < Tenth ? 1
        : progress < Hundredth ? 0.1
        : 0.01;

    /// <inheritdoc/>
    internal override void Check()
    {
        if (!(Tenth is > 0 and <= 1 && Hundredth <= 1 && Tenth <= Hundredth))
            throw new TrainingException(
                FormattableString.Invariant(
                    $"StepDecay.TenthFrom is {Tenth} and StepDecay.HundredthFrom {Hundredth}, but they must be shares of the training in (0, 1], the first not above the second."
                )
            );
    }

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
