using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>A parameter or buffer of a layer: what it is at the start, and how its axes follow channels.</summary>
/// <param name="Name">Its name within the layer, as in PyTorch: weight, bias, running_mean, running_var.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Sizes">Its dimensions.</param>
/// <param name="Initial">Its numbers before any training.</param>
/// <param name="OutputAxis">The axis with one place per output channel, if any.</param>
/// <param name="InputAxis">The axis with one place per input channel (of each group), if any.</param>
/// <param name="InputPort">The input that <paramref name="InputAxis"/> follows, from 0.</param>
public sealed record LayerParameter(
    string Name,
    ParameterRole Role,
    ImmutableArray<long> Sizes,
    InitialValue Initial,
    int? OutputAxis = 0,
    int? InputAxis = null,
    int InputPort = 0
)
{
    /// <summary>Axes that follow tokens, as of a constant for each position.</summary>
    public ImmutableArray<TokenAxis> TokenAxes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How many numbers it holds.</summary>
    public long Count => Sizes.Aggregate(1L, (a, b) => checked(a * b));

    /// <summary>True if an optimiser trains it; false for statistics and fixed factors.</summary>
    public bool IsTrained =>
        Role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance or ParameterRole.Factor);
}
