using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>One row of the list of regularisers: how it is written, and how its text form is read.</summary>
/// <param name="Name">The word before the colon of the text form.</param>
/// <param name="Title">What it does, in a few words.</param>
/// <param name="Example">A text form that is valid.</param>
/// <param name="Read">
/// Takes the parameters and checks them; what it returns makes the regulariser for a training.
/// </param>
public sealed record RegularizerKind(
    string Name,
    string Title,
    string Example,
    Func<TextArguments, Func<RegularizerSetting, Regularizer>> Read
)
{
    /// <summary>Whether it is a penalty on BatchNorm scales, whose λ can be steered.</summary>
    public bool ActsOnScales { get; init; }

    /// <summary>Whether it steers the λ of the scale penalty before it.</summary>
    public bool Steers { get; init; }

    /// <summary>Every regulariser there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<RegularizerKind> All { get; } =
    [
        new(
            "subgradient",
            "λJ' joins the gradient of the BatchNorm scales, as published",
            "subgradient:penalty=l1,lambda=1e-4",
            ScalePenalty.Read
        )
        {
            ActsOnScales = true,
        },
        new(
            "prox",
            "a proximal step on the BatchNorm scales after each step; zeros are exact",
            "prox:penalty=tl1:a=1,lambda=2e-3",
            ProximalPenalty.Read
        )
        {
            ActsOnScales = true,
        },
        new(
            "splitting",
            "proximal network slimming with auxiliary scales",
            "splitting:penalty=l1,lambda=0.2,beta=100",
            ProximalSplitting.Read
        )
        {
            ActsOnScales = true,
        },
        new("variational", "Gaussian scales, no penalty", "variational:sigma=0.005", VariationalScales.Read),
        new(
            "steering",
            "λ of the penalty before it, steered to a share of MACs",
            "steering:target-macs=0.5",
            LambdaSteering.Read
        )
        {
            Steers = true,
        },
        new(
            "distillation",
            "learning from another network's outputs, too",
            "distillation:teacher=dense/model.slim",
            Distillation.Read
        ),
        new(
            "ortho",
            "filters pulled towards orthonormal ones, for groups of them to be judged by sums",
            "ortho:lambda=1e-2",
            Orthonormality.Read
        ),
        new("zeros", "channels whose scale is zero at the start stay so", "zeros", KeptZeros.Read),
        new(
            "flow",
            "short and straight ways of the features through the layers (feature flow)",
            "flow:length=1,curvature=1",
            FeatureFlow.Read
        ),
        new(
            "weights",
            "λJ' joins the gradient of single weights",
            "weights:penalty=l1,lambda=1e-5",
            WeightPenalty.Read
        ),
        new("mixup", "convex combinations of two images and of their labels", "mixup:alpha=0.2", Mixup.Read),
    ];
}
