using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Objectives;

/// <summary>
/// Numbers per sample: the mean of the squared differences between output and target, which has the output's shape. The
/// target of a single output is called "target"; of several outputs each has one of its own name, and the loss is the
/// sum over them. Measures the mean absolute error.
/// </summary>
public sealed class Regression : Objective
{
    /// <summary>The name of the target of a single output.</summary>
    public const string Target = "target";

    private static readonly NamedMeasure Error = new("absolute error", false);

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Targets(Network network) =>
        [.. network.Outputs.Select(o => TargetOf(network, o, Target))];

    /// <inheritdoc/>
    public override IReadOnlyList<NamedMeasure> Measures(Network network) => PerOutput(network, Error);

    /// <inheritdoc/>
    public override torch.Tensor Loss(Network network, Batch batch, IReadOnlyDictionary<string, torch.Tensor> values) =>
        Sum(network.Outputs.Select(o => F.mse_loss(values[o], TargetFor(network, batch, o, values[o]))));

    /// <inheritdoc/>
    public override void AddMeasures(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        Span<double> sums
    )
    {
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        double Sum(string output)
        {
            var value = values[output];
            var target = TargetFor(network, batch, output, value);
            return Numbers.Single(value.sub(target).abs().mean()) * batch.Count;
        }
        AddPerOutput([.. network.Outputs.Select(Sum)], sums);
    }

    // A target of another shape would be spread over the output without a word.
    private static torch.Tensor TargetFor(Network network, Batch batch, string output, torch.Tensor value)
    {
        var target = batch.Target(TargetOf(network, output, Target));
        if (!target.shape.AsSpan().SequenceEqual(value.shape))
            throw new DataException(
                $"The target of '{output}' of {network.Name} is {string.Join('×', target.shape)}, but the output is {string.Join('×', value.shape)}; they must be alike."
            );
        return target.to(value.dtype, value.device);
    }
}
