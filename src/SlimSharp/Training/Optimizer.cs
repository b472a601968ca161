using System.Text.Json.Serialization;
using SlimSharp.Networks;

namespace SlimSharp.Training;

/// <summary>
/// Changes parameters by their gradients: a chain of small rules. What is remembered of parameters is kept outside, by
/// name. SGD and AdamW are chains with names; <see cref="OptimizerChain"/> is any other.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Sgd), "sgd")]
[JsonDerivedType(typeof(AdamW), "adamw")]
[JsonDerivedType(typeof(OptimizerChain), "chain")]
public abstract record Optimizer
{
    /// <summary>The rules, in their order.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<OptimizerRule> Rules { get; }

    /// <summary>
    /// Reads sgd, adamw, or the text forms of a chain's rules with spaces between, as in <c>clip:norm=1
    /// decay:strength=1e-4,of=!scale momentum:share=0.9</c>.
    /// </summary>
    /// <exception cref="FormatException">It is none; the message says what is.</exception>
    public static Optimizer Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Trim() switch
        {
            "sgd" => new Sgd(),
            "adamw" => new AdamW(),
            var chain => new OptimizerChain(OptimizerChain.Read(chain)),
        };
    }

    /// <summary>The rules for a parameter.</summary>
    /// <param name="name">Its full name, such as conv1.weight.</param>
    /// <param name="role">What it is for; null for one that a regulariser trains beside the model.</param>
    /// <param name="isDecayed">False where rules of weight decay leave it alone, whatever they select.</param>
    public ParameterRules For(string name, ParameterRole? role, bool isDecayed = true) =>
        new(this, name, role, isDecayed);

    /// <summary>Changes all parameters in place. <paramref name="count"/> is the number of this step, from 1.</summary>
    public void Step(IReadOnlyList<OptimizerSlot> slots, double learningRate, long count) =>
        Descent.Step(this, slots, learningRate, count);

    /// <summary>
    /// How far a constant gradient moves a BatchNorm scale per step in the long run; with momentum, learning rate/(1 −
    /// momentum).
    /// </summary>
    public double EffectiveStep(double learningRate) => For("", ParameterRole.Scale).EffectiveStep(learningRate);

    /// <summary>
    /// Whether the kernel that does decay and momentum in one go may be taken where a chain is those.
    /// </summary>
    private protected virtual bool IsFused => true;

    internal bool Fuses => IsFused;

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="TrainingException">The message names the option.</exception>
    public virtual void Check()
    {
        foreach (var rule in Rules)
            rule.Check();
    }

    /// <summary>The rules as text; <see cref="Parse"/> reads it.</summary>
    public sealed override string ToString() => string.Join(' ', Rules);

    private protected static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
            throw new TrainingException(FormattableString.Invariant($"{option} is {value}, but must be {range}."));
    }
}
