namespace SlimSharp.Networks;

/// <summary>The sum of values of one shape.</summary>
public sealed record Add : Layer
{
    /// <inheritdoc/>
    public override int MinInputs => 2;

    /// <inheritdoc/>
    public override int MaxInputs => int.MaxValue;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        inputs.All(s => s == inputs[0])
            ? inputs[0]
            : throw new NetworkException($"adds values of different shapes: {string.Join(" and ", inputs)}");

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter)
    {
        var sum = 0.0;
        foreach (var source in sources)
            sum += source;
        return sum;
    }

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { IsSum = true };

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
