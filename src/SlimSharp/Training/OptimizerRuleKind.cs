namespace SlimSharp.Training;

/// <summary>
/// One row of the list of rules that an optimiser may be a chain of: how it is written, and how its text form is read.
/// </summary>
/// <param name="Name">The word before the colon of the text form.</param>
/// <param name="Title">What it does, in a few words.</param>
/// <param name="Example">A text form that is valid.</param>
/// <param name="Read">Takes the parameters, but for of, which every rule has, and makes the rule.</param>
public sealed record OptimizerRuleKind(
    string Name,
    string Title,
    string Example,
    Func<TextArguments, OptimizerRule> Read
)
{
    /// <summary>Every rule there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<OptimizerRuleKind> All { get; } =
    [
        new(
            "decay",
            "adds strength·w; behind momentum or adam decoupled",
            "decay:strength=1e-4,of=!scale",
            WeightDecay.Read
        ),
        new("momentum", "heavy-ball momentum", "momentum:share=0.9", Momentum.Read),
        new("nesterov", "Nesterov's momentum", "nesterov:share=0.9", Momentum.ReadNesterov),
        new("adam", "mean over root mean square", "adam:beta1=0.9,beta2=0.999", AdamMoments.Read),
        new("clip", "down to a joint norm", "clip:norm=1", Clipping.Read),
        new("rate", "a rate of their own", "rate:factor=0.1,of=bias", OwnRate.Read),
        new("freeze", "stay as they are", "freeze:of=block1.*", Freezing.Read),
    ];

    /// <summary>Reads the text form of one rule.</summary>
    /// <exception cref="FormatException">It is none; the message says what is.</exception>
    internal static OptimizerRule Parse(string text)
    {
        var (name, parameters) = TextArguments.Split(text);
        var kind =
            All.FirstOrDefault(k => k.Name == name)
            ?? throw new FormatException(
                $"There is no rule '{name}' of an optimiser. Known are {string.Join(", ", All.Select(k => k.Example))}."
            );
        var take = new TextArguments("The rule", text, parameters);
        try
        {
            var of = new ParameterSelector(take.Text("of", ParameterSelector.All.Text));
            var rule = kind.Read(take) with { Of = of };
            take.RefuseUntaken();
            return rule;
        }
        catch (TrainingException e)
        {
            throw new FormatException($"The rule '{text}': {e.Message}", e);
        }
    }
}
