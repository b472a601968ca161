using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Decides which channels go. Nothing is cut here.</summary>
public static class Planner
{
    /// <summary>
    /// A removed scale larger than this share of the median kept one means that there is no gap to cut in.
    /// </summary>
    public const double GapShare = 0.1;

    /// <summary>
    /// Losing constants of more than this many standard deviations of the next BatchNorm's inputs is worth a warning.
    /// </summary>
    public const double DisplacementLimit = 0.5;

    /// <summary>
    /// The plan in which all stays, to be changed: with what a program chose itself, or with tokens that go.
    /// </summary>
    /// <param name="model">The model.</param>
    public static SlimmingPlan Whole(Model model)
    {
        using var weights = model.CopyWeights();
        return new()
        {
            Source = model.Network,
            WeightsHash = weights.Hash(),
            Options = new() { Target = new PlanTarget.Macs(1) },
            Groups =
            [
                .. ChannelGroups
                    .Of(model.Network)
                    .Select(g => new GroupPlan(
                        g.Name,
                        g.Units,
                        [.. Enumerable.Range(0, g.Units)],
                        g.FrozenBecause is { } frozen ? PlanReason.Of(frozen) : new(PlanReasonKind.Whole)
                    )),
            ],
            Threshold = -1,
        };
    }

    /// <summary>Plans by the weights of a trained model, by default its scales.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How much is to go, and by what.</param>
    /// <param name="evidence">What was measured, where the criterion asks for it.</param>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(Model model, PlanOptions options, Evidence? evidence = null)
    {
        using var weights = model.CopyWeights();
        return Plan(model.Network, weights, options, evidence);
    }

    /// <summary>
    /// Plans by <paramref name="weights"/>, and by <paramref name="evidence"/> where the criterion asks for it.
    /// </summary>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(Network network, Weights weights, PlanOptions options, Evidence? evidence = null) =>
        Plan(network, weights, options, evidence, s => Decide(s, options));

    /// <summary>
    /// Plans with numbers of units chosen elsewhere: to reach what a threshold on importance does not, as milliseconds.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What is judged by, what must stay, and what is aimed at.</param>
    /// <param name="choose">
    /// What stays, given what may go and what it is worth: <see cref="PlanningStage.Decide(IReadOnlyList{GroupPlan})"/>
    /// of the stage itself, or of one without some branches (<see cref="PlanningStage.Without"/>).
    /// </param>
    /// <param name="evidence">What was measured, where the criterion asks for it.</param>
    /// <exception cref="PlanException">The options do not make sense, or there is nothing to cut.</exception>
    public static SlimmingPlan Plan(
        Model model,
        PlanOptions options,
        Func<PlanningStage, ChannelPlan> choose,
        Evidence? evidence = null
    )
    {
        using var weights = model.CopyWeights();
        return Plan(model.Network, weights, options, evidence, choose);
    }

    /// <summary>Plans for whatever has groups of channels; <see cref="ChannelCut.Of"/> carries it out.</summary>
    /// <param name="subject">What is planned for.</param>
    /// <param name="options">How much is to go, and by what.</param>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static ChannelPlan Plan(PlanSubject subject, PlanOptions options) =>
        options.Trunk == Trunk.Coupled
            ? Plan(subject, options, s => Decide(s, options))
            : throw new PlanException(
                $"PlanOptions.Trunk is {options.Trunk}, but selections are only put into a Network."
            );

    /// <summary>
    /// The share of multiply-adds that would be left if all channels whose scales are not above that were cut.
    /// </summary>
    internal static double ShareAbove(Network network, Weights weights, double scale)
    {
        var graph = new NetworkGraph(network);
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0) };
        var plan = PlanningStage.First(new(graph, weights), options).Decide(scale);
        return (double)graph.Cut(plan.Groups).Cost.Macs / graph.Cost.Macs;
    }

    private static SlimmingPlan Plan(
        Network network,
        Weights weights,
        PlanOptions options,
        Evidence? evidence,
        Func<PlanningStage, ChannelPlan> choose
    )
    {
        options.Check();
        var plan = Plan(new(new NetworkGraph(options.Prepare(network)), weights, evidence), options, choose);
        var made = new SlimmingPlan
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = options,
            Branches = plan.Branches,
            Groups = plan.Groups,
            Threshold = plan.Threshold,
            Scales = plan.Scales,
            SafeScales = plan.SafeScales,
            Gap = plan.Gap,
        };
        return made with { Warnings = [.. PlanWarnings.Of(plan, options), .. PlanWarnings.OfConstants(made, weights)] };
    }

    private static ChannelPlan Plan(PlanSubject subject, PlanOptions options, Func<PlanningStage, ChannelPlan> choose)
    {
        options.Check();
        var graph = subject.Graph;
        CheckKeep(graph, options);
        var channels = options.Target as PlanTarget.Channels;
        channels?.CheckNames(graph);
        var first = PlanningStage.First(subject, options);
        channels?.CheckFree(first.Candidates);
        var judged = first.Candidates.Where(c => c.MayGo && c.Importance is not null).ToArray();
        double[] scales = [.. judged.SelectMany(c => c.Importance!).Order()];
        if (scales.Length == 0 && !options.IsByZeros)
            throw new PlanException(
                $"No channel of {graph.Name} may be cut: no group that is free to change has anything to judge by ({options.Criterion})."
                    + (
                        options.Criterion == ScaleCriterion.Text && graph.Cost.Scales == 0
                            ? $" It has no scales: give PlanOptions.Criterion = l1, let the import put some in (ScaleRestoration.Run), or, if it has GroupNorms, make their gains scales (PlanOptions.GroupNormScales)."
                            : ""
                    )
            );
        if (scales.Any(double.IsNaN))
            throw new PlanException($"Some weights of {graph.Name} are not numbers; the training has diverged.");
        var largest = judged.Select(c => c.Importance!.Max()).DefaultIfEmpty().Min();
        return choose(first) with
        {
            Scales = scales.Length,
            SafeScales = scales.Count(s => s < largest),
            Gap = PlanWarnings.ShowGap(options) ? ScaleGap.Of(scales) : null,
        };
    }

    // By the target, where one threshold or one for each layer reaches it.
    private static ChannelPlan Decide(PlanningStage first, PlanOptions options)
    {
        if (options.Target is PlanTarget.Latency)
            throw new PlanException("A latency is planned with a table of latencies, by the LatencyPlanner.");
        var threshold =
            options.Target!.ByLayer || options.IsByZeros ? double.NaN : ThresholdSearch.Find(first, options.Target);
        var stage = first.At(threshold);
        return stage.Decide(threshold) with { Threshold = double.IsNaN(threshold) ? -1 : threshold };
    }

    private static void CheckKeep(IChannelGraph graph, PlanOptions options)
    {
        foreach (var name in options.Keep)
        {
            if (!graph.Nodes.Any(n => PlanOptions.IsNamed(name, n)))
                throw new PlanException($"PlanOptions.Keep has {name}, which names no layer of {graph.Name}.");
        }
    }
}
