using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Regularizers;

/// <summary>
/// Length and total absolute curvature of one stage of a feature flow, in the framework's graph: for every data type,
/// norm and alignment.
/// </summary>
internal static class FlowTerms
{
    private const double Least = 1e-30; // of a step that has a direction

    /// <summary>Both, as scalars, the mean over samples.</summary>
    /// <param name="features">N×…, one after another.</param>
    /// <param name="options">How they are measured.</param>
    internal static (Tensor Length, Tensor Curvature) Of(IReadOnlyList<Tensor> features, FlowOptions options)
    {
        var length = zeros([], features[0].dtype, features[0].device);
        var (curvature, before) = (length, (Tensor?)null);
        for (var t = 1; t < features.Count; t++)
        {
            var step = Difference(features[t - 1], features[t]);
            length = length.add(Size(step, options), Scalars.One);
            if (before is not null)
                curvature = curvature.add(Bend(before, step, options), Scalars.One);
            before = step;
        }
        return (length, curvature);
    }

    private static Tensor Bend(Tensor before, Tensor step, FlowOptions options)
    {
        if (options.Norm != FlowNorm.Angle)
            return Size(Difference(before, step), options);
        var (first, second) = Alike(before, step);
        return Angle(first.flatten(1), second.flatten(1)).mean();
    }

    private static Tensor Difference(Tensor before, Tensor after)
    {
        var (first, second) = Alike(before, after);
        return second.sub(first);
    }

    private static Tensor Size(Tensor difference, FlowOptions options)
    {
        var (mean, rows) = (options.Reduction == FlowReduction.Mean, difference.flatten(1));
        if (options.Norm == FlowNorm.L1)
            return mean ? rows.abs().mean() : rows.abs().sum(1).mean();
        using Scalar share = mean ? 1 / Math.Sqrt(rows.shape[1]) : 1;
        return linalg.vector_norm(rows, 2, [1L]).mean().mul(share);
    }

    // By half angles, exact near 0 and π; where there is no step there is no angle: 0.
    private static Tensor Angle(Tensor first, Tensor second)
    {
        using Scalar least = Least;
        var (a, b) = (linalg.vector_norm(first, 2, [1L], true), linalg.vector_norm(second, 2, [1L], true));
        var (u, v) = (first.div(a.clamp_min(least)), second.div(b.clamp_min(least)));
        var apart = linalg.vector_norm(u.sub(v), 2, [1L]);
        var joint = linalg.vector_norm(u.add(v, Scalars.One), 2, [1L]);
        var angle = apart.atan2(joint);
        angle = angle.add(angle, Scalars.One);
        return angle.where(a.squeeze(1).gt(least).logical_and(b.squeeze(1).gt(least)), zeros_like(angle));
    }

    // N×C×H×W of the later resolution and the larger number of channels.
    private static (Tensor, Tensor) Alike(Tensor before, Tensor after)
    {
        if (before.shape.AsSpan().SequenceEqual(after.shape))
            return (before, after);
        if (before.dim() == 4 && (before.shape[2] != after.shape[2] || before.shape[3] != after.shape[3]))
            before = F.adaptive_avg_pool2d(before, [after.shape[2], after.shape[3]]);
        var axis = before.dim() == 3 ? 2 : 1; // N×T×C
        var channels = Math.Max(before.shape[axis], after.shape[axis]);
        return (Widened(before, axis, channels), Widened(after, axis, channels));
    }

    private static Tensor Widened(Tensor features, int axis, long channels)
    {
        if (features.shape[axis] == channels)
            return features;
        long[] missing = [.. features.shape];
        missing[axis] = channels - missing[axis];
        return cat([features, zeros(missing, features.dtype, features.device)], axis);
    }
}
