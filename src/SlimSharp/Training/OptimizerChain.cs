using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>An optimiser of any rules, in their order.</summary>
public sealed record OptimizerChain : Optimizer
{
    private readonly IReadOnlyList<OptimizerRule> _rules;

    /// <summary>A chain of these rules.</summary>
    public OptimizerChain(params IReadOnlyList<OptimizerRule> rules) =>
        (_rules, Text) = (rules, string.Join(' ', rules));

    /// <summary>A chain from its text form.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    [JsonConstructor]
    public OptimizerChain(string text)
        : this(Read(text)) { }

    /// <summary>The text form.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<OptimizerRule> Rules => _rules;

    /// <inheritdoc/>
    public bool Equals(OptimizerChain? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    internal static IReadOnlyList<OptimizerRule> Read(string text) =>
        [.. TextArguments.Split(text, [.. OptimizerRuleKind.All.Select(k => k.Name)]).Select(OptimizerRuleKind.Parse)];
}
