using SlimSharp.Models.Kernels;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Steps of an optimiser. Chains that are decay and momentum, or Adam's moments and decay, have ways of their own, with
/// the same bits as ever; any other goes rule by rule.
/// </summary>
internal static class Descent
{
    internal static void Step(Optimizer optimizer, IReadOnlyList<OptimizerSlot> slots, double learningRate, long count)
    {
        OptimizerSlot[] moving = [.. slots.Where(s => !s.Rules.IsFrozen)];
        var rules = optimizer.Rules;
        // Up to the last rule that looks at all together, all go on together.
        var together = 0;
        for (var place = 0; place < rules.Count; place++)
            together = rules[place].IsJoint ? place + 1 : together;
        for (var place = 0; place < together; place++)
        {
            var at = place;
            OptimizerSlot[] chosen = [.. moving.Where(s => s.Rules.Parts.Any(p => p.Place == at))];
            rules[place].ChangeAll(chosen, s => s.Rules.Parts.First(p => p.Place == at).Memory, learningRate, count);
        }
        foreach (var alike in moving.ToLookup(s => s.Rules))
        {
            ParameterRules.Part[] rest = [.. alike.Key.Parts.Where(p => p.Place >= together)];
            Descend([.. alike], rest, learningRate, count, optimizer.Fuses);
        }
    }

    private static void Descend(
        IReadOnlyList<OptimizerSlot> slots,
        ParameterRules.Part[] rules,
        double learningRate,
        long count,
        bool fuses
    )
    {
        // Behind all that depends on the direction, a factor is one on the rate.
        while (rules is [.. var before, { Rule: OwnRate own }])
            (rules, learningRate) = (before, learningRate * own.Factor);
        switch (rules)
        {
            case [{ Rule: WeightDecay decay }, { Rule: Momentum momentum } at]:
                WithMomentum(slots, decay.Strength, momentum, at.Memory, learningRate, fuses);
                break;
            case [{ Rule: Momentum momentum } at]:
                WithMomentum(slots, 0, momentum, at.Memory, learningRate, fuses);
                break;
            case [{ Rule: AdamMoments adam } at, { Rule: WeightDecay decay }]:
                WithMoments(slots, adam, at.Memory, decay.Strength, learningRate, count);
                break;
            case [{ Rule: AdamMoments adam } at]:
                WithMoments(slots, adam, at.Memory, 0, learningRate, count);
                break;
            default:
                RuleByRule(slots, rules, learningRate, count);
                break;
        }
    }

    private static void WithMomentum(
        IReadOnlyList<OptimizerSlot> slots,
        double decay,
        Momentum momentum,
        int memory,
        double learningRate,
        bool fuses
    )
    {
        foreach (
            var alike in slots.ToLookup(s => fuses && DescentKernel.Fits(s.Parameter, s.Gradient, s.Memory[memory]))
        )
        {
            if (alike.Key)
                DescentKernel.Step(
                    [.. alike.Select(s => (s.Parameter, s.Gradient, s.Memory[memory]))],
                    (float)learningRate,
                    (float)momentum.Share,
                    (float)decay,
                    momentum.IsNesterov
                );
            else
                WithMomentum([.. alike], decay, momentum, memory, learningRate);
        }
    }

    private static void WithMomentum(
        OptimizerSlot[] slots,
        double strength,
        Momentum momentum,
        int memory,
        double learningRate
    )
    {
        using Scalar decay = strength;
        using Scalar share = momentum.Share;
        using Scalar back = -learningRate;
        foreach (var (parameter, gradient, remembered, _) in slots)
        {
            var velocity = remembered[memory];
            if (strength != 0)
                gradient.add_(parameter, decay);
            velocity.mul_(share).add_(gradient, Scalars.One);
            parameter.add_(momentum.IsNesterov ? gradient.add_(velocity, share) : velocity, back);
        }
    }

    private static void WithMoments(
        IReadOnlyList<OptimizerSlot> slots,
        AdamMoments adam,
        int memory,
        double decay,
        double learningRate,
        long count
    )
    {
        using Scalar shrink = 1 - learningRate * decay;
        using Scalar back = -learningRate / (1 - Math.Pow(adam.Beta1, count));
        foreach (var slot in slots)
        {
            using var root = adam.Root(slot, memory, count);
            if (decay != 0)
                slot.Parameter.mul_(shrink);
            slot.Parameter.addcdiv_(slot.Memory[memory], root, back);
        }
    }

    private static void RuleByRule(
        IReadOnlyList<OptimizerSlot> slots,
        ParameterRules.Part[] rules,
        double learningRate,
        long count
    )
    {
        using Scalar back = -learningRate;
        foreach (var slot in slots)
        {
            foreach (var (_, rule, memory) in rules)
                rule.Change(slot, memory, learningRate, count);
            slot.Parameter.add_(slot.Gradient, back);
        }
    }
}
