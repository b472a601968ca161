using System.Collections.Immutable;
using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>
/// How a feature flow is measured and weighed. What the published abstracts leave open is an option here, and each is
/// part of the text form.
/// </summary>
public sealed record FlowOptions
{
    /// <summary>The weight of the length ≥ 0.</summary>
    public double Length { get; init; } = 1;

    /// <summary>The weight of the total absolute curvature ≥ 0.</summary>
    public double Curvature { get; init; } = 1;

    /// <summary>How steps and bends are measured.</summary>
    public FlowNorm Norm { get; init; }

    /// <summary>What happens where shapes change.</summary>
    public FlowStages Stages { get; init; }

    /// <summary>Whether a sample's numbers are averaged or summed up; over samples there is always the mean.</summary>
    public FlowReduction Reduction { get; init; }

    /// <summary>
    /// The share of the training, in [0, 1), over which both weights rise from 0: a weight that is too large makes all
    /// features alike before anything is learned.
    /// </summary>
    public double WarmUp { get; init; } = 0.1;

    /// <summary>The nodes of the flow in their order; none for those that <see cref="FlowPath"/> finds.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    internal static FlowOptions Read(TextArguments take)
    {
        static bool IsWeight(double w) => w >= 0;
        return new()
        {
            Length = take.Number("length", "0 or more", IsWeight, 1),
            Curvature = take.Number("curvature", "0 or more", IsWeight, 1),
            Norm = Word<FlowNorm>(take, "norm"),
            Stages = Word<FlowStages>(take, "stages"),
            Reduction = Word<FlowReduction>(take, "reduction"),
            WarmUp = take.Number("warmup", "at least 0 and below 1", w => w is >= 0 and < 1, 0.1),
            Nodes =
            [
                .. take.Text("nodes", "")
                    .Split('+', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            ],
        };
    }

    /// <summary>Throws if a number is out of range.</summary>
    /// <exception cref="TrainingException">The message names it.</exception>
    public void Check()
    {
        if (!(Length >= 0 && double.IsFinite(Length)) || !(Curvature >= 0 && double.IsFinite(Curvature)))
            throw new TrainingException(
                FormattableString.Invariant(
                    $"FlowOptions.Length is {Length} and FlowOptions.Curvature {Curvature}, but both must be 0 or more."
                )
            );
        if (Length == 0 && Curvature == 0)
            throw new TrainingException(
                "FlowOptions.Length and FlowOptions.Curvature are both 0, so that nothing would be pulled; give one of them a weight."
            );
        if (WarmUp is not (>= 0 and < 1))
            throw new TrainingException(
                FormattableString.Invariant($"FlowOptions.WarmUp is {WarmUp}, but must be at least 0 and below 1.")
            );
    }

    private static T Word<T>(TextArguments take, string name)
        where T : struct, Enum =>
        Enum.Parse<T>(take.Choice(name, [.. Enum.GetNames<T>().Select(n => n.ToLowerInvariant())]), ignoreCase: true);
}
