using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>An element-wise function.</summary>
/// <param name="Function">Which one.</param>
public sealed record Activation(ActivationFunction Function) : Layer
{
    /// <summary>The slope for negative inputs of <see cref="ActivationFunction.LeakyRelu"/>.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Enum.IsDefined(Function) ? inputs[0] : throw new NetworkException($"has the unknown function {Function}");

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => inputs[0].Count;

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <summary>The function of one number.</summary>
    public double Apply(double x) =>
        Function switch
        {
            ActivationFunction.Relu => Math.Max(x, 0),
            ActivationFunction.Relu6 => Math.Clamp(x, 0, 6),
            ActivationFunction.LeakyRelu => x >= 0 ? x : NegativeSlope * x,
            ActivationFunction.Sigmoid => 1 / (1 + Math.Exp(-x)),
            ActivationFunction.Tanh => Math.Tanh(x),
            ActivationFunction.Silu => x / (1 + Math.Exp(-x)),
            ActivationFunction.HardSigmoid => Math.Clamp(x + 3, 0, 6) / 6,
            ActivationFunction.HardSwish => x * Math.Clamp(x + 3, 0, 6) / 6,
            _ => throw new NetworkException($"has the unknown function {Function}"),
        };

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => Apply(sources[0]);

    /// <inheritdoc/>
    public override string Title() => $"{Function}";

    /// <inheritdoc/>
    public override Activation? AsActivation() => this;

    /// <summary>True if it does nothing but clamp: ReLU and ReLU6.</summary>
    public bool Clamps() => Function is ActivationFunction.Relu or ActivationFunction.Relu6;

    // Strictly monotone, without a flat part, and not linear.
    internal static Activation Bent { get; } = new(ActivationFunction.LeakyRelu) { NegativeSlope = 0.5 };

    /// <inheritdoc/>
    public override ImmutableArray<Layer> Open() => [Bent];

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
