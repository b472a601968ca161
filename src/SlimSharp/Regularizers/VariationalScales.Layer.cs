using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Regularizers;

public sealed partial class VariationalScales
{
    /// <summary>The tensors for the scales of one layer.</summary>
    private sealed class Layer : IDisposable
    {
        internal Layer(string name, string scale, string? bias, Model model, double deviation, Layer? tiedTo)
        {
            (Name, Scale, Bias) = (name, scale, bias);
            using var still = torch.no_grad();
            double[] scales = Numbers.Read(model[Scale]);
            Count = scales.Length;
            torch.Tensor Make(IEnumerable<double> values, bool trained)
            {
                using var tensor = Numbers.Tensor([.. values], [Count], model.Type);
                return tensor.to(model.Device, copy: true).requires_grad_(trained).DetachFromDisposeScope();
            }
            OwnsShift = bias is not null && tiedTo is null;
            Shift = OwnsShift
                ? Make(Numbers.Read(model[Bias!]).Zip(scales, (b, g) => g == 0 ? 0 : b / g), trained: true)
                : tiedTo?.Shift;
            LogVariance = Make(scales.Select(_ => 2 * Math.Log(deviation)), trained: true);
            Velocity = Make(scales.Select(_ => 0.0), trained: false);
            Left = Make(scales.Select(g => g == 0 ? 0.0 : 1), trained: false);
        }

        internal string Name { get; }
        internal string Scale { get; }
        internal string? Bias { get; } // null where nothing is added to the scaled channels
        internal int Count { get; }
        internal torch.Tensor? Shift { get; }
        internal bool OwnsShift { get; }
        internal torch.Tensor LogVariance { get; }
        internal torch.Tensor Velocity { get; }
        internal torch.Tensor Left { get; }

        public void Dispose()
        {
            if (OwnsShift)
                Shift!.Dispose();
            LogVariance.Dispose();
            Velocity.Dispose();
            Left.Dispose();
        }
    }
}
