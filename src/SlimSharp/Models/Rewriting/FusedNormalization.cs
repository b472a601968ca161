using SlimSharp.Models.Kernels;
using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>
/// BatchNorm and the activation that alone reads it, if it clamps, in one go; the statistics are taken once for all
/// layers that read the same channels.
/// </summary>
internal sealed class FusedNormalization() : RewriteRule("fused-normalization")
{
    internal override IEnumerable<(string Node, Step Step)> Steps(RewriteSite site) =>
        from node in site.Network.Nodes
        where node.Layer is BatchNorm
        let clamp = site.OnlyReader(node.Name) is { Layer: Activation a } only && Affine.Clamp(a.Function) is not null
            ? only
            : null
        select (node.Name, (Step)new Step.Normalize(node, clamp));
}
