using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// Some units of a layer, removed for a trial: the sum of what a criterion says of each, and what the loss really did.
/// Where units depend on one another the two part, and no ranking of single units is right for many (Lubana et al.,
/// arXiv 2009.05014).
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Units">How many of its units.</param>
/// <param name="Share">The share of its units.</param>
/// <param name="Predicted">The sum of their importances.</param>
/// <param name="Change">By how much the loss changed, to either side.</param>
public sealed record GroupTrial(string Layer, int Units, double Share, double Predicted, double Change)
{
    private const double LargestShare = 0.9;

    /// <summary>
    /// Removes random groups of units, of any size up to nine tenths, from every layer that the criterion judges, one
    /// group at a time.
    /// </summary>
    /// <param name="model">The model; it is left as it was.</param>
    /// <param name="set">The images on which the loss is measured, in evaluation.</param>
    /// <param name="normalization">How they are normalised.</param>
    /// <param name="options">The criterion.</param>
    /// <param name="evidence">What was measured for it; null if weights are enough.</param>
    /// <param name="groups">Groups per layer.</param>
    /// <param name="seed">What the groups are a function of.</param>
    /// <param name="progress">Is told how many of how many groups are done.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    /// <exception cref="PlanException">
    /// The criterion judges no layer, or by something that was not measured.
    /// </exception>
    public static ImmutableArray<GroupTrial> Of(
        Model model,
        ImageSet set,
        Normalization normalization,
        PlanOptions options,
        Evidence? evidence = null,
        int groups = 40,
        long seed = 0,
        Action<int, int>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        using var changed = new Model(model.Network, model.CopyWeights());
        using var weights = model.CopyWeights();
        var (graph, objective) = (new NetworkGraph(model.Network), new Classification());
        var subject = new PlanSubject(graph, weights, evidence);
        var criterion = CriterionKind.Of(options).Create(options);
        (ChannelGroup Group, double[] Importance)[] layers =
        [
            .. graph
                .Groups.Where(g => graph.StaysBecause(g) is null && g.Units > 1 && g.ReadAsValues.IsEmpty)
                .Select(g => (Group: g, Importance: criterion.Of(g, subject, options.Reduction)))
                .Where(l => l.Importance is not null)
                .Select(l => (l.Group, l.Importance!)),
        ];
        if (layers.Length == 0)
            throw new PlanException(
                $"PlanOptions.Criterion = {options.Criterion} judges no layer of {model.Network.Name} of which units could go."
            );
        double Loss() => Evaluation.Of(changed, ImageBatches.InOrder(set, normalization), objective, stop).Loss;
        var whole = Loss();
        var trials = ImmutableArray.CreateBuilder<GroupTrial>(layers.Length * groups);
        foreach (var (group, importance) in layers)
        {
            var random = new Randomness(seed, Randomness.Name("groups"), Randomness.Name(group.Name));
            for (var i = 0; i < groups; i++)
            {
                var units = Draw(group.Units, ref random);
                Remove(changed, weights, group, units);
                var change = Math.Abs(Loss() - whole);
                Restore(changed, weights, group);
                trials.Add(
                    new(
                        group.Name,
                        units.Length,
                        (double)units.Length / group.Units,
                        units.Sum(u => importance[u]),
                        change
                    )
                );
                progress?.Invoke(trials.Count, layers.Length * groups);
            }
        }
        return trials.MoveToImmutable();
    }

    /// <summary>
    /// Spearman's correlation of prediction and change: 1 if the criterion puts the groups into the order in which they
    /// change the loss, about 0 if it says nothing of it. NaN of fewer than two, or if all are alike.
    /// </summary>
    public static double Correlation(IEnumerable<GroupTrial> trials)
    {
        GroupTrial[] all = [.. trials];
        var (x, y) = (Ranks([.. all.Select(t => t.Predicted)]), Ranks([.. all.Select(t => t.Change)]));
        if (all.Length < 2)
            return double.NaN;
        var mean = (all.Length + 1) / 2.0;
        double Product(double[] a, double[] b) => a.Zip(b, (p, q) => (p - mean) * (q - mean)).Sum();
        return Product(x, y) / Math.Sqrt(Product(x, x) * Product(y, y));
    }

    // From 1; those that are alike share the mean of theirs.
    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        for (var from = 0; from < order.Length; )
        {
            var to = from + 1;
            while (to < order.Length && values[order[to]].Equals(values[order[from]]))
                to++;
            for (var i = from; i < to; i++)
                ranks[order[i]] = (from + 1 + to) / 2.0;
            from = to;
        }
        return ranks;
    }

    private static int[] Draw(int units, ref Randomness random)
    {
        var count = 1 + random.Next(Math.Max((int)(LargestShare * units), 1));
        int[] all = [.. Enumerable.Range(0, units)];
        for (var i = 0; i < count; i++)
        {
            var other = i + random.Next(units - i);
            (all[i], all[other]) = (all[other], all[i]);
        }
        return all[..count];
    }

    // Where they are read, the weights become 0.
    private static void Remove(Model model, Weights weights, ChannelGroup group, int[] units)
    {
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => (torch.Tensor)p.parameter);
        foreach (var slice in group.Slices.Where(s => s.ReadsInput))
        {
            long[] places = [.. units.SelectMany(u => slice.Places[u]).Select(p => (long)p)];
            using Scalar zero = 0;
            parameters[slice.Parameter].index_fill_(slice.Axis, torch.tensor(places), zero);
        }
    }

    private static void Restore(Model model, Weights weights, ChannelGroup group)
    {
        using var still = torch.no_grad();
        var parameters = model.named_parameters().ToDictionary(p => p.name, p => (torch.Tensor)p.parameter);
        foreach (var slice in group.Slices.Where(s => s.ReadsInput))
            parameters[slice.Parameter].copy_(weights[slice.Parameter]);
    }
}
