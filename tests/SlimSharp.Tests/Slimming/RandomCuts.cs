using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;

namespace SlimSharp.Tests.Slimming;

/// <summary>Random models and random cuts of them; for <c>using static</c>.</summary>
internal static class RandomCuts
{
    /// <summary>A random plan: of every free group each unit stays with that chance, and at least one.</summary>
    internal static SlimmingPlan Plan(
        Network network,
        Weights weights,
        long seed,
        double stay,
        ConstantTreatment constants = ConstantTreatment.Drop
    )
    {
        var random = new Randomness(seed);
        var groups = ChannelGroups
            .Of(network)
            .Select(g =>
            {
                var kept = Enumerable
                    .Range(0, g.Units)
                    .Where(_ => g.FrozenBecause is not null || random.NextDouble() < stay)
                    .ToImmutableArray();
                return new GroupPlan(
                    g.Name,
                    g.Units,
                    kept.IsEmpty ? [random.Next(g.Units)] : kept,
                    new(PlanReasonKind.AtRandom)
                );
            });
        return new()
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = new() { Target = new PlanTarget.Ratio(0), Constants = constants },
            Groups = [.. groups],
        };
    }

    /// <summary>A model with random weights, statistics of its BatchNorms included.</summary>
    internal static Model RandomModel(Network network, long seed) => new(network, Drawn.Weights(network, seed));

    /// <summary>The model cut by such a plan.</summary>
    internal static SurgeryResult Cut(
        Model model,
        long seed,
        double stay,
        ConstantTreatment constants = ConstantTreatment.Drop
    )
    {
        using var weights = model.CopyWeights();
        return Surgeon.Apply(model, Plan(model.Network, weights, seed, stay, constants));
    }
}
