using System.Collections.Immutable;

namespace SlimSharp.Slimming;

/// <summary>
/// What is to be planned for, on its way to a plan: without the branches that go, with the groups of channels that are
/// left and what they are judged to be worth.
/// </summary>
public sealed class PlanningStage
{
    private readonly Planning _planning;

    private PlanningStage(Planning planning, ImmutableArray<BranchPlan> branches)
    {
        (_planning, Branches) = (planning, branches);
        Graph = planning.Subject.Graph.Without(branches);
        var subject = planning.Subject with { Graph = Graph };
        Candidates = [.. Graph.Groups.Select(g => new Candidate(g, subject, planning.Options, planning.Criterion))];
    }

    /// <summary>What is left once the branches are gone.</summary>
    public IChannelGraph Graph { get; }

    /// <summary>The branches that go whole.</summary>
    public ImmutableArray<BranchPlan> Branches { get; }

    /// <summary>The groups of <see cref="Graph"/>, in their order.</summary>
    public ImmutableArray<Candidate> Candidates { get; }

    /// <summary>Where nothing is emptied yet.</summary>
    internal static PlanningStage First(PlanSubject subject, PlanOptions options)
    {
        var planning = new Planning(subject, options, CriterionKind.Make(options, subject.Graph, subject.Criterion));
        return new(planning, options.IsByZeros ? planning.BranchesWithout([]) : []);
    }

    /// <summary>
    /// The same without the branches that go once these groups are emptied, if all of an emptied layer goes with them.
    /// </summary>
    /// <param name="emptied">Groups of the first stage.</param>
    public PlanningStage Without(IEnumerable<Candidate> emptied)
    {
        var branches = _planning.BranchesWithout([.. emptied.Select(c => c.Group)]);
        return branches.SequenceEqual(Branches) ? this : new(_planning, branches);
    }

    /// <summary>What stays of every group by the options' target.</summary>
    /// <param name="threshold">
    /// What goes is not more important; NaN where every group has a threshold of its own.
    /// </param>
    public ChannelPlan Decide(double threshold) => Decide([.. Candidates.Select(c => c.Decide(threshold))]);

    /// <summary>What stays of every group, if that is wanted: without what no layer reads any more.</summary>
    /// <param name="wanted">For every candidate, in their order.</param>
    public ChannelPlan Decide(IReadOnlyList<GroupPlan> wanted) =>
        new(Graph, Branches, [.. Graph.WithoutUnread(wanted, _planning.Options)]) { Candidates = Candidates };

    /// <summary>The same without the branches that this threshold empties.</summary>
    internal PlanningStage At(double threshold) =>
        !_planning.Options.EmptyBlocks || double.IsNaN(threshold)
            ? this
            : Without(Candidates.Where(c => c.IsEmptiedBy(threshold)));

    /// <summary>What stays the same from stage to stage.</summary>
    private sealed record Planning(PlanSubject Subject, PlanOptions Options, Criterion Criterion)
    {
        internal ImmutableArray<BranchPlan> BranchesWithout(IReadOnlyList<Networks.ChannelGroup> emptied) =>
            Subject.Graph.BranchesWithout(emptied, Subject.Weights, Options);
    }
}
