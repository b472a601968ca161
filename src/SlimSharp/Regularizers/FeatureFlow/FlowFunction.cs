using TorchSharp;
using static TorchSharp.torch;

namespace SlimSharp.Regularizers;

/// <summary>
/// length·L + curvature·C of one stage as one node of the framework's graph, by <see cref="FlowKernel"/>.
/// </summary>
internal sealed class FlowFunction : autograd.MultiTensorFunction<FlowFunction>
{
    public override string Name => "feature flow";

    /// <summary>The weighted sum, in the graph, and both terms as numbers.</summary>
    /// <param name="features">N×…, such as the kernel takes.</param>
    /// <param name="length">The weight of the length of one sample.</param>
    /// <param name="curvature">The weight of its curvature.</param>
    internal static (Tensor Loss, double Length, double Curvature) Of(
        IReadOnlyList<Tensor> features,
        double length,
        double curvature
    )
    {
        var call = new Call(features.Count, length, curvature);
        return (apply([call, .. features])[0], call.FoundLength, call.FoundCurvature);
    }

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (Call)vars[0];
        Tensor[] features = [.. vars.Skip(1).Cast<Tensor>()];
        List<Tensor> gradients = [.. features.Select(f => f.empty_like())];
        var samples = features[0].shape[0];
        (call.FoundLength, call.FoundCurvature) = FlowKernel.Run(
            features,
            gradients,
            (float)(call.Length / samples),
            (float)(call.Curvature / samples)
        );
        (call.FoundLength, call.FoundCurvature) = (call.FoundLength / samples, call.FoundCurvature / samples);
        ctx.save_for_backward(gradients);
        return [tensor((float)(call.Length * call.FoundLength + call.Curvature * call.FoundCurvature))];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var upstream = Models.Numbers.Single(grad_outputs[0]);
        var gradients = ctx.get_saved_variables();
        if (upstream != 1)
        {
            using Scalar factor = upstream;
            foreach (var gradient in gradients)
                gradient.mul_(factor);
        }
        return [null!, .. gradients];
    }

    private sealed class Call(int features, double length, double curvature)
    {
        internal int Features => features;
        internal double Length => length;
        internal double Curvature => curvature;
        internal double FoundLength { get; set; }
        internal double FoundCurvature { get; set; }
    }
}
