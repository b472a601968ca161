using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

public sealed partial record SlimmingPlan
{
    /// <summary>
    /// The nodes at which tokens go, with those that stay: at every other node all stay that arrive there.
    /// </summary>
    public ImmutableArray<TokenPlan> Tokens
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>
    /// The same plan, which keeps only these tokens of a node's value; in the place of what it said of that node.
    /// </summary>
    /// <param name="node">A node of <see cref="Prepared"/> whose value is a sequence.</param>
    /// <param name="kept">The tokens that stay, counted as in the network that is to be cut.</param>
    /// <param name="why">Why these; by default, that they were asked for.</param>
    /// <exception cref="PlanException">
    /// There is no such node, or these tokens cannot go: a layer needs them, or they are gone by then.
    /// </exception>
    public SlimmingPlan WithTokens(string node, IEnumerable<int> kept, PlanReason? why = null)
    {
        var prepared = Prepared();
        var shape = prepared.Shapes.GetValueOrDefault(node);
        var plan = new TokenPlan(node, shape.Tokens, [.. kept.Order()], why ?? new(PlanReasonKind.Given));
        var others = Tokens.Where(t => t.Node != node).ToImmutableArray();
        ImmutableArray<TokenPlan> tokens =
            plan.Kept.Length < shape.Tokens || shape.Tokens == 0 ? [.. others, plan] : others;
        _ = TokenCut.Of(prepared, tokens); // refuses what cannot be
        return this with { Tokens = tokens };
    }

    /// <summary>The same plan, in which a group keeps all of its units, or a node all of its tokens, again.</summary>
    /// <param name="name">The group, or the node.</param>
    /// <exception cref="PlanException">The plan says nothing of it.</exception>
    public SlimmingPlan Undo(string name)
    {
        if (Groups.All(g => g.Group != name) && Tokens.All(t => t.Node != name))
            throw new PlanException($"The plan says nothing of '{name}', so there is nothing to undo.");
        return this with
        {
            Groups =
            [
                .. Groups.Select(g =>
                    g.Group == name
                        ? new GroupPlan(name, g.Units, [.. Enumerable.Range(0, g.Units)], new(PlanReasonKind.Spared))
                        : g
                ),
            ],
            Tokens = Tokens.RemoveAll(t => t.Node == name),
            Warnings = [],
        };
    }

    /// <summary>
    /// Where two plans for one network keep other channels or tokens; nothing where they keep the same.
    /// </summary>
    /// <param name="other">The other plan.</param>
    public IReadOnlyList<PlanDifference> DifferencesFrom(SlimmingPlan other)
    {
        var (here, there) = (Removed(), other.Removed());
        return
        [
            .. from part in here.Union(there).Select(r => r.Key).Distinct()
            let onlyHere = there[part].Except(here[part]).ToImmutableArray()
            let onlyThere = here[part].Except(there[part]).ToImmutableArray()
            where !onlyHere.IsEmpty || !onlyThere.IsEmpty
            select new PlanDifference(part.Name, part.Axis, onlyHere, onlyThere),
        ];
    }

    // By group and by node what goes; what a plan does not speak of stays.
    private ILookup<(string Name, PositionAxis Axis), int> Removed() =>
        Groups
            .SelectMany(g => g.Removed().Select(u => (Part: (g.Group, PositionAxis.Channels), Place: u)))
            .Concat(Tokens.SelectMany(t => t.Removed().Select(u => (Part: (t.Node, PositionAxis.Tokens), Place: u))))
            .ToLookup(r => r.Part, r => r.Place);
}
