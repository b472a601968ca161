using SlimSharp.Models.Passes;
using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>
/// A 1×1 convolution that alone reads an upsampled image is computed on the small one: it does the same at every place,
/// and interpolated places are weighted means. Where an image becomes twice as large, that saves three quarters of it.
/// </summary>
internal sealed class UpsampleLast() : RewriteRule("upsample-last")
{
    internal override IEnumerable<(string Node, Step Step)> Steps(RewriteSite site) =>
        from node in site.Network.Nodes
        where node.Layer is Upsample
        let reader = site.OnlyReader(node.Name)
        where
            reader is { Layer: Convolution { Kernel: { Height: 1, Width: 1 }, Stride: { Height: 1, Width: 1 } } c }
            && c.Padding.IsNone
        select (node.Name, (Step)new ConvolveThenUpsample(node, reader));

    private sealed record ConvolveThenUpsample(Node Upsample, Node Convolution)
        : Step(Convolution.Name, Upsample.Inputs)
    {
        internal override Operation ToOperation() =>
            new LayerOperation(
                Convolution with
                {
                    Inputs = Upsample.Inputs,
                },
                Upsample with
                {
                    Name = Convolution.Name,
                    Inputs = [Convolution.Name],
                }
            );

        internal override bool HasParameters(Network network) => true;

        public override string ToString() => $"{Result} = Upsample(Convolution({string.Join(", ", Reads)}))";
    }
}
