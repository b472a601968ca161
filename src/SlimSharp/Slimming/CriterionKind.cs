using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>One row of the list of criteria: what it is called, what it judges by, and how it is made.</summary>
/// <param name="Name">As in <see cref="PlanOptions.Criterion"/>.</param>
/// <param name="Title">What it judges by.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Measure">
/// Measures the evidence that it needs, on so many images; null where weights are enough.
/// </param>
public sealed record CriterionKind(
    string Name,
    string Title,
    Func<PlanOptions, Criterion> Create,
    Func<Model, ImageSet, Normalization, int, Evidence>? Measure = null
)
{
    /// <summary>
    /// Whether its numbers are larger in layers whose weights or values are, so that layers compare only once each is
    /// divided by its mean, unless BatchNorms bring all layers to one size.
    /// </summary>
    public bool GrowsWithLayer { get; init; }

    /// <summary>Every criterion there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<CriterionKind> All { get; } =
    [
        new(ScaleCriterion.Text, "|scale| of BatchNorm", _ => new ScaleCriterion()),
        new("l1", "l1 norm of the filter", _ => new MagnitudeCriterion(1)) { GrowsWithLayer = true },
        new("l2", "l2 norm of the filter", _ => new MagnitudeCriterion(2)) { GrowsWithLayer = true },
        new("median", "distance from the layer's geometric median", _ => new MedianCriterion())
        {
            GrowsWithLayer = true,
        },
        new(FoldedCriterion.Text, "l2 norm of the filter with its BatchNorm folded in", _ => new FoldedCriterion()),
        new("taylor", "first-order change of the loss", _ => new SensitivityCriterion(Squared: false), Effects),
        new("fisher", "squared first-order change of the loss", _ => new SensitivityCriterion(Squared: true), Effects),
        new(
            DeviationCriterion.Text,
            "deviation of what is read, without labels",
            _ => new DeviationCriterion(),
            Activations.Of
        )
        {
            GrowsWithLayer = true,
        },
        new(
            ResidualCriterion.Text,
            "what is read that the channels kept do not explain, without labels",
            _ => new ResidualCriterion(),
            Correlations.Of
        )
        {
            GrowsWithLayer = true,
        },
        new(
            "fisher-group",
            "squared first-order change of the mean loss, over a filter's weights",
            _ => new GroupFisherCriterion(),
            FilterEffects
        ),
        new(
            "tfo",
            "the same over a BatchNorm channel's scale and shift",
            _ => new ScaleEffectCriterion(),
            FilterEffects
        ),
        new(
            "grasp",
            "what the flow of gradients owes to a filter",
            _ => new GraspCriterion(),
            (model, train, normalization, images) => CurvatureEffects.Of(model, train, normalization, images)
        ),
        new(
            "rdt",
            "how much the probabilities of classes follow a filter, without labels",
            _ => new OutputEffectCriterion(),
            OutputEffects.Of
        ),
        new("sfp", "l2 norm of the filter, as in soft filter pruning", _ => new MagnitudeCriterion(2))
        {
            GrowsWithLayer = true,
        },
        new("random", "chance", options => new RandomCriterion(options.Seed)),
    ];

    private static Sensitivity Effects(Model model, ImageSet train, Normalization normalization, int images) =>
        Sensitivity.Of(model, train, normalization, images);

    private static ParameterEffects FilterEffects(
        Model model,
        ImageSet train,
        Normalization normalization,
        int images
    ) => ParameterEffects.Of(model, train, normalization, images);

    /// <summary>True if it needs evidence that is measured on training images.</summary>
    public bool NeedsImages => Measure is not null;

    /// <summary>The criterion that some options ask for.</summary>
    /// <exception cref="PlanException">There is none of that name.</exception>
    public static CriterionKind Of(PlanOptions options) =>
        All.FirstOrDefault(k => k.Name == options.Criterion)
        ?? throw new PlanException(
            $"PlanOptions.Criterion is {options.Criterion}: there is no such one; there are {string.Join(", ", All.Select(k => k.Name))}."
        );

    /// <summary>Whether importance is divided by its mean over the layer.</summary>
    internal static bool IsNormalized(PlanOptions options, IChannelGraph graph) =>
        options.Normalized
        ?? (Of(options).GrowsWithLayer && graph.Parameters.Values.All(p => p.Role != ParameterRole.Scale));

    /// <summary>The criterion that some options ask for, or another, as they compare it between layers.</summary>
    internal static Criterion Make(PlanOptions options, IChannelGraph graph, Criterion? own = null)
    {
        var criterion = own ?? Of(options).Create(options);
        var normalized = own is null ? IsNormalized(options, graph) : options.Normalized == true;
        return normalized || options.Jitter is not null
            ? new Rescaled(criterion, normalized, options.Jitter)
            : criterion;
    }

    /// <summary>Importance that compares differently between layers.</summary>
    private sealed record Rescaled(Criterion Inner, bool Normalized, long? Jitter) : Criterion
    {
        public override PlanReasonKind Missing => Inner.Missing;

        public override double[]? Of(
            ChannelGroup group,
            PlanSubject subject,
            ImportanceReduction reduction = ImportanceReduction.Max
        )
        {
            if (Inner.Of(group, subject, reduction) is not { } importance)
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
