using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>A network on its way to a plan: without the branches that go, with the groups of channels that are left.</summary>
/// <param name="Branches">The branches that go.</param>
/// <param name="Network">What is left.</param>
/// <param name="Candidates">Its groups.</param>
internal sealed record PlanningStage(ImmutableArray<BranchPlan> Branches, Network Network, Candidate[] Candidates)
{
    internal static PlanningStage Of(
        Network prepared,
        ImmutableArray<BranchPlan> branches,
        Weights weights,
        PlanOptions options,
        Criterion criterion
    )
    {
        var network = new DeadBranches(prepared, branches).Target;
        return new(branches, network, Candidate.Of(network, weights, options, criterion));
    }

    /// <summary>What stays of every group.</summary>
    internal ImmutableArray<GroupPlan> Decide(double threshold, PlanOptions options) =>
        Decide([.. Candidates.Select(c => c.Decide(threshold, options))], options);

    /// <summary>What stays of every group, if that is wanted: without what no layer reads any more.</summary>
    internal ImmutableArray<GroupPlan> Decide(GroupPlan[] wanted, PlanOptions options) =>
        [.. DeadChannels.Remove(Network, [.. Candidates.Select(c => c.Group)], wanted, options)];

    /// <summary>
    /// The branches of <paramref name="prepared"/> that go with this threshold: those constant already, and those that it empties, if all
    /// of the emptied layer goes with them.
    /// </summary>
    internal ImmutableArray<BranchPlan> BranchesEmptiedBy(
        double threshold,
        Network prepared,
        Weights weights,
        PlanOptions options
    ) => BranchesWithout(Candidates.Where(c => c.IsEmptiedBy(threshold)), prepared, weights, options);

    /// <summary>The same where these groups are emptied.</summary>
    internal static ImmutableArray<BranchPlan> BranchesWithout(
        IEnumerable<Candidate> candidates,
        Network prepared,
        Weights weights,
        PlanOptions options
    )
    {
        var emptied = candidates.Select(c => c.Group).ToList();
        while (true)
        {
            var silent = emptied
                .SelectMany(g => g.Slices)
                .Where(s => s.ReadsInput)
                .Select(s => Owner(s.Parameter))
                .ToHashSet();
            var branches = DeadBranches.Find(prepared, weights, silent, options.DropShifts);
            var left = new DeadBranches(prepared, branches).Target.Nodes.Select(n => n.Name).ToHashSet();
            if (emptied.RemoveAll(g => g.Channels.Keys.Any(left.Contains)) == 0)
                return branches;
        }
    }

    private static string Owner(string parameter) => parameter[..parameter.LastIndexOf('.')];
}
