namespace SlimSharp.Models;

/// <summary>
/// A rule by which a model's own backward pass does some nodes in another way than one step each, with the same
/// results. Tests hold every rule against the plain schedule.
/// </summary>
public abstract class RewriteRule
{
    /// <param name="name">What it is called where it can be left out.</param>
    private protected RewriteRule(string name) => Name = name;

    /// <summary>Every rule there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<RewriteRule> All { get; } =
    [
        // Where two want the same node, the first does it.
        new FusedNormalization(),
        new SumInPlace(),
        new ConcatInPlace(),
    ];

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>
    /// By the names of nodes, the steps that take the place of computing them. A step that makes the value of a later
    /// node does that node, too.
    /// </summary>
    internal abstract IEnumerable<(string Node, Step Step)> Steps(RewriteSite site);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
