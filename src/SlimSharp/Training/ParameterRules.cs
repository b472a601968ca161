using SlimSharp.Networks;

namespace SlimSharp.Training;

/// <summary>The rules of an optimiser that are for one parameter, in their order.</summary>
public sealed class ParameterRules : IEquatable<ParameterRules>
{
    private readonly string _key;

    internal ParameterRules(Optimizer optimizer, string name, ParameterRole? role, bool isDecayed)
    {
        var chain = optimizer.Rules;
        var (parts, memory) = (new List<Part>(), new List<string>());
        for (var place = 0; place < chain.Count; place++)
        {
            var rule = chain[place];
            if (!rule.Of.Selects(name, role) || (rule is WeightDecay && !isDecayed))
                continue;
            parts.Add(new(place, rule, memory.Count));
            var alike = parts.Count(p => p.Rule.Memory.SequenceEqual(rule.Memory)); // two momenta remember two things
            memory.AddRange(rule.Memory.Select(m => alike == 1 ? m : $"{m}-{alike}"));
        }
        IsFrozen = parts.Any(p => p.Rule is Freezing);
        (Parts, Memory) = (parts, IsFrozen ? [] : memory);
        _key = string.Join(' ', parts.Select(p => p.Place));
    }

    /// <summary>
    /// The names of the tensors that are remembered for the parameter, in the order in which rules find them.
    /// </summary>
    public IReadOnlyList<string> Memory { get; }

    /// <summary>Whether the parameter stays as it is.</summary>
    public bool IsFrozen { get; }

    /// <summary>Each rule with its place in the chain, and where what it remembers begins.</summary>
    internal IReadOnlyList<Part> Parts { get; }

    /// <summary>How far a constant gradient moves the parameter per step in the long run.</summary>
    public double EffectiveStep(double learningRate) => Parts.Aggregate(learningRate, (step, p) => step * p.Rule.Reach);

    /// <summary>The learning rate of the parameter: with the factors that rules for it multiply it by.</summary>
    public double Rate(double learningRate) =>
        Parts.Select(p => p.Rule).OfType<OwnRate>().Aggregate(learningRate, (rate, own) => rate * own.Factor);

    /// <summary>True for the same places of a chain; compared are rules of one optimiser.</summary>
    public bool Equals(ParameterRules? other) => other is not null && other._key == _key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterRules);

    /// <inheritdoc/>
    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    internal sealed record Part(int Place, OptimizerRule Rule, int Memory);
}
