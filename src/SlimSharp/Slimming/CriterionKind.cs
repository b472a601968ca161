using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>One row of the list of criteria: what it is called, what it judges by, and how it is made.</summary>
/// <param name="Name">As in <see cref="PlanOptions.Criterion"/>.</param>
/// <param name="Title">What it judges by.</param>
/// <param name="NeedsImages">True if it is measured on training images.</param>
/// <param name="Create">Makes it.</param>
public sealed record CriterionKind(
    string Name,
    string Title,
    bool NeedsImages,
    Func<PlanOptions, Sensitivity?, Criterion> Create
)
{
    private static readonly string[] FilterCriteria = ["l1", "l2", "median"]; // of weights, whose size is that of their layer

    /// <summary>Every criterion there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<CriterionKind> All { get; } =
    [
        new(ScaleCriterion.Text, "|scale| of BatchNorm", false, (_, _) => new ScaleCriterion()),
        new("l1", "l1 norm of the filter", false, (_, _) => new MagnitudeCriterion(1)),
        new("l2", "l2 norm of the filter", false, (_, _) => new MagnitudeCriterion(2)),
        new("median", "distance from the layer's geometric median", false, (_, _) => new MedianCriterion()),
        new("taylor", "first-order change of the loss", true, (_, s) => new SensitivityCriterion(s!, Squared: false)),
        new(
            "fisher",
            "squared first-order change of the loss",
            true,
            (_, s) => new SensitivityCriterion(s!, Squared: true)
        ),
        new("random", "chance", false, (options, _) => new RandomCriterion(options.Seed)),
    ];

    /// <summary>Whether importance is divided by its mean over the layer.</summary>
    internal static bool IsNormalized(PlanOptions options, Network network) =>
        options.Normalized
        ?? (
            FilterCriteria.Contains(options.Criterion)
            && !network.Parameters().Any(p => p.Parameter.Role == ParameterRole.Scale)
        );

    /// <summary>The criterion that some options ask for.</summary>
    /// <exception cref="PlanException">It needs to be measured, and was not.</exception>
    internal static Criterion Make(PlanOptions options, Sensitivity? sensitivity, Network network)
    {
        var kind = All.First(k => k.Name == options.Criterion);
        if (kind.NeedsImages && sensitivity is null)
            throw new PlanException(
                $"The criterion {kind.Name} is measured on training images; give them (--data), or measure a Sensitivity."
            );
        var criterion = kind.Create(options, sensitivity);
        var normalized = IsNormalized(options, network);
        return normalized || options.Jitter is not null
            ? new Rescaled(criterion, normalized, options.Jitter)
            : criterion;
    }

    /// <summary>Importance that compares differently between layers.</summary>
    private sealed record Rescaled(Criterion Inner, bool Normalized, long? Jitter) : Criterion
    {
        internal override string Missing => Inner.Missing;

        public override double[]? Of(
            ChannelGroup group,
            Network network,
            Weights weights,
            ImportanceReduction reduction = ImportanceReduction.Max
        )
        {
            if (Inner.Of(group, network, weights, reduction) is not { } importance)
                return null;
            var factor = 1.0;
            if (Jitter is { } seed)
            {
                var random = new Randomness(seed, Randomness.Name("jitter"), Randomness.Name(group.Name));
                factor = Math.Pow(2, 2 * random.NextDouble() - 1);
            }
            if (Normalized && importance.Average() is > 0 and var mean)
                factor /= mean;
            return [.. importance.Select(i => i * factor)];
        }
    }
}
