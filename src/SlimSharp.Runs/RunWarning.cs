namespace SlimSharp.Runs;

/// <summary>Something about a run that whoever compares it should know.</summary>
/// <param name="Kind">
/// What kind of thing: a word that stays the same from version to version, so that warnings can be counted.
/// </param>
/// <param name="Text">The sentence.</param>
public sealed record RunWarning(string Kind, string Text)
{
    /// <summary>λ is too small for this training to bring any scale to zero.</summary>
    public const string WeakPenalty = "weak-penalty";

    /// <summary>The penalty is flat where scales start, whatever λ is.</summary>
    public const string FlatPenalty = "flat-penalty";

    /// <summary>A variational prior pulls harder than gradients can hold up.</summary>
    public const string StrongPrior = "strong-prior";

    /// <summary>The last checkpoint was damaged, and the run went on from the one before.</summary>
    public const string DamagedCheckpoint = "damaged-checkpoint";

    /// <summary>Validation images are among those that the network was trained on before.</summary>
    public const string SeenImages = "seen-images";

    private static readonly Dictionary<string, string> Words = new()
    {
        [WeakPenalty] = "this λ cannot empty a scale",
        [FlatPenalty] = "no λ empties a scale by this penalty, which is flat where scales start",
        [StrongPrior] = "the prior empties the network",
        [DamagedCheckpoint] = "went on from the checkpoint before the last",
        [SeenImages] = "validation images were trained on before",
        ["no-gap"] = "no gap between scales that are cut and those that stay",
        ["beyond-gap"] = "the cut goes beyond the gap between the scales",
        ["large-scales"] = "scales that are not small were cut",
        ["emptied-layer"] = "a layer would have been emptied, and kept a channel",
        ["not-normalized"] = "layers of different size were compared as they are",
        ["lost-constants"] = "lost constants move the inputs of a later layer",
        ["unnamed"] = "a warning of another version",
    };

    /// <summary>The kind in words.</summary>
    public string Title => Words.GetValueOrDefault(Kind, Kind.Replace('-', ' '));
}
