using System.Diagnostics;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>What this processor can do at best: multiply-adds and bytes per second, as measured here and now.</summary>
/// <param name="Single">10⁹ multiply-adds per second in float32.</param>
/// <param name="Half">10⁹ multiply-adds per second in bfloat16.</param>
/// <param name="Bandwidth">10⁹ bytes per second, read and written.</param>
internal sealed record Floor(double Single, double Half, double Bandwidth)
{
    private const int Size = 1536;
    private const int CopyMegabytes = 256;

    internal static Floor Measure()
    {
        double Products(torch.ScalarType type)
        {
            using var a = torch.randn(Size, Size).to(type);
            using var b = torch.randn(Size, Size).to(type);
            using var x = torch.randn(64, 256, 16, 16).to(type);
            using var inner = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
            using var w = torch.randn(256, 256, 3, 3).to(type);
            double Convolved(torch.Tensor images) =>
                64.0
                * 256
                * 256
                * 9
                * 256
                / 1e6
                / Best(() => torch.nn.functional.conv2d(images, w, padding: [1, 1]).Dispose());
            var products = Math.Pow(Size, 3) / 1e6 / Best(() => a.mm(b).Dispose());
            return Math.Max(products, Math.Max(Convolved(x), Convolved(inner)));
        }
        using var from = torch.ones(CopyMegabytes << 18);
        using var to = torch.ones(CopyMegabytes << 18);
        var bandwidth = 2 * CopyMegabytes * 1048576.0 / 1e6 / Best(() => to.copy_(from));
        return new(Products(torch.float32), Products(torch.bfloat16), bandwidth);
    }

    /// <summary>The least milliseconds of a training step.</summary>
    internal double Milliseconds(Network network, bool half, int batch)
    {
        var cost = NetworkCost.Of(network);
        // Forward, and the gradients of inputs and of weights.
        var compute = 3.0 * cost.Macs * batch / 1e6 / (half ? Half : Single);
        var bytes = network.Nodes.Sum(n => Bytes(network, n)) * batch * (half ? 2 : 4) + cost.Parameters * Optimiser;
        return Math.Max(compute, bytes / 1e6 / Bandwidth);
    }

    // Weight, gradient and momentum are read, weight and momentum written, the gradient written before; four bytes
    // each.
    private const double Optimiser = 6 * 4;

    // Numbers that a layer with a schedule of its own must move per image: forward it reads its inputs and writes its
    // output; backward it reads the output's gradient, and its inputs where their values matter, and writes their
    // gradients. What is only passed on costs nothing.
    private static double Bytes(Network network, Node node)
    {
        double inputs = node.Inputs.Sum(i => network.Shapes[i].Count);
        double output = network.Shapes[node.Name].Count;
        return node.Layer switch
        {
            Convolution or Networks.Linear => (inputs + output) + (output + inputs + inputs),
            BatchNorm => (inputs + output) + (output + inputs + inputs),
            Add => inputs + output,
            MaxPool or AveragePool or GlobalAveragePool => (inputs + output) + (output + inputs),
            _ => 0,
        };
    }

    private static double Best(Action act)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < 12; i++)
        {
            var start = Stopwatch.GetTimestamp();
            act();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return best;
    }
}
