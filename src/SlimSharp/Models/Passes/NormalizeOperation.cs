using SlimSharp.Models.Kernels;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// A BatchNorm and the activation behind it in one go: one read for statistics unless they are known, one read and
/// write; two and one back.
/// </summary>
/// <param name="norm">The BatchNorm's node.</param>
/// <param name="layer">The BatchNorm.</param>
/// <param name="activation">The activation's node, or null.</param>
internal sealed class NormalizeOperation(Node norm, BatchNorm layer, Node? activation)
    : Operation((activation ?? norm).Name)
{
    private readonly (float Low, float High) _clamp =
        Affine.Clamp((activation?.Layer as Activation)?.Function) ?? throw new NotSupportedException();
    private torch.Tensor? _input;
    private ChannelStatistics? _statistics;
    private Affine? _affine;
    private double[] _slope = [];

    internal override torch.Tensor Forward(Pass pass)
    {
        var x = pass.Value(norm.Inputs[0]);
        if (!Rows.Fit(x))
            x = Inner(x).DetachFromDisposeScope();
        if (pass.Keeps)
            _input = Hold(x);
        var rows = Rows.Of(x);
        var statistics = pass.Mode.IsTraining
            ? pass.Statistics(norm.Inputs[0], () => Take(x, rows, Parameter(pass, "running_mean")))
            : new(Parameter(pass, "running_mean"), Parameter(pass, "running_var"), rows.Count);
        if (pass.Mode.IsTraining)
            Remember(pass, statistics);
        _statistics = statistics;
        _affine = ToAffine(statistics, Parameter(pass, "weight"), Parameter(pass, "bias"));

        var result = x.dim() == 4 ? Layout.EmptyChannelsLast(x.shape, x) : torch.empty(x.shape, x.dtype, x.device);
        if (x.dtype == torch.bfloat16)
            ChannelKernels.Apply<Brain16>(rows, Rows.Of(result), _affine);
        else
            ChannelKernels.Apply<Single32>(rows, Rows.Of(result), _affine);
        if (!ReferenceEquals(x, pass.Value(norm.Inputs[0])))
            x.Dispose();
        return result;
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        if (!Rows.Fit(gradient.Tensor) || gradient.Tensor.dtype != _input!.dtype)
        {
            using var cast = gradient.Tensor.to(_input!.dtype);
            gradient.Release();
            gradient = new(Inner(cast));
        }
        if (_input.dtype == torch.bfloat16)
            Backward<Brain16>(pass, gradient);
        else
            Backward<Single32>(pass, gradient);
    }

    private void Backward<T>(Pass pass, Gradient gradient)
        where T : struct, IElement
    {
        var (x, g) = (Rows.Of(_input!), Rows.Of(gradient.Tensor));
        float[] mean = [.. _statistics!.Mean.Select(m => (float)m)];
        // With ν = 1/√(variance + ε): the shift's gradient is Σg, the scale's ν·Σg·(x − mean).
        var (sums, products) = ChannelKernels.Sums<T>(x, g, mean, _affine);
        var inverse = Inverse(_statistics);
        double[] scale = [.. products.Zip(inverse, (p, v) => p * v)];
        Put(pass, "weight", scale);
        Put(pass, "bias", sums);
        var input = norm.Inputs[0];
        if (!pass.IsDifferentiable(input))
        {
            gradient.Release();
            return;
        }
        // In training the statistics depend on x, too: gradient γν·(g − Σg/n − (x − mean)·ν·(scale's gradient)/n).
        var (slope, constant) = (new float[mean.Length], new float[mean.Length]);
        for (var c = 0; c < mean.Length && pass.Mode.IsTraining; c++)
        {
            var factor = _slope[c] / _statistics.Count;
            slope[c] = (float)(-factor * inverse[c] * scale[c]);
            constant[c] = (float)(-factor * sums[c] - slope[c] * (double)mean[c]);
        }
        if (pass.OwnGradient(input) is { } sum && sum.dtype == _input!.dtype && Rows.Fit(sum))
        {
            ChannelKernels.Differentiate<T>(x, g, Rows.Of(sum), _affine!, slope, constant, add: true);
            gradient.Release();
            return;
        }
        var result = gradient.IsAlone ? gradient : new(torch.empty_like(gradient.Tensor));
        ChannelKernels.Differentiate<T>(x, g, Rows.Of(result.Tensor), _affine!, slope, constant, add: false);
        if (result != gradient)
            gradient.Release();
        pass.Give(input, result);
    }

    internal static ChannelStatistics Take(torch.Tensor x, Rows rows, double[] about)
    {
        float[] shift = [.. about.Select(m => (float)m)];
        var (sums, squares) =
            x.dtype == torch.bfloat16
                ? ChannelKernels.Sums<Brain16>(rows, null, shift, null)
                : ChannelKernels.Sums<Single32>(rows, null, shift, null);
        var (mean, variance) = (new double[shift.Length], new double[shift.Length]);
        for (var c = 0; c < shift.Length; c++)
        {
            var difference = sums[c] / rows.Count;
            mean[c] = shift[c] + difference;
            variance[c] = Math.Max(squares[c] / rows.Count - difference * difference, 0);
        }
        return new(mean, variance, rows.Count);
    }

    private Affine ToAffine(ChannelStatistics statistics, double[] scale, double[] shift)
    {
        _slope = [.. scale.Zip(Inverse(statistics), (s, v) => s * v)];
        return new(
            [.. _slope.Select(s => (float)s)],
            [.. shift.Select((b, c) => (float)(b - (double)(float)_slope[c] * statistics.Mean[c]))],
            _clamp.Low,
            _clamp.High
        );
    }

    // Channels innermost, without gaps or overlaps.
    private static torch.Tensor Inner(torch.Tensor x) => x.dim() == 4 ? Layout.ChannelsLast(x) : x.contiguous();

    private double[] Inverse(ChannelStatistics statistics) =>
        [.. statistics.Variance.Select(v => 1 / Math.Sqrt(v + layer.Epsilon))];

    // The running statistics move towards the batch's; its variance counts as that of a sample.
    private void Remember(Pass pass, ChannelStatistics batch)
    {
        var (m, n) = (layer.Momentum, (double)batch.Count);
        double[] mean = [.. Parameter(pass, "running_mean").Zip(batch.Mean, (r, b) => (1 - m) * r + m * b)];
        double[] variance =
        [
            .. Parameter(pass, "running_var").Zip(batch.Variance, (r, b) => (1 - m) * r + m * b * n / (n - 1)),
        ];
        Numbers.Write(pass.Parameter($"{norm.Owner}.running_mean"), mean);
        Numbers.Write(pass.Parameter($"{norm.Owner}.running_var"), variance);
    }

    private double[] Parameter(Pass pass, string name) => Numbers.Read(pass.Parameter($"{norm.Owner}.{name}"));

    private void Put(Pass pass, string name, double[] gradient) =>
        pass.GiveParameter($"{norm.Owner}.{name}", Numbers.Tensor(gradient, [gradient.Length], torch.float32));
}
