using SlimSharp.Networks;

namespace SlimSharp.Models;

/// <summary>
/// A sum is written over a term that a convolution made for it alone; a convolution does not look at its output again.
/// </summary>
internal sealed class SumInPlace() : RewriteRule("sum-in-place")
{
    internal override IEnumerable<(string Node, Step Step)> Steps(RewriteSite site) =>
        from node in site.Network.Nodes
        where node.Layer is Add
        let term = node.Inputs.FirstOrDefault(i =>
            site.Network[i].Layer is Convolution { Padding.IsSymmetric: true } && site.OnlyReader(i) is not null
        )
        where term is not null
        select (node.Name, (Step)new Step.AddInto(node, term));
}
