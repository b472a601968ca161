namespace SlimSharp.Networks;

/// <summary>
/// What others may assume of a layer without knowing its kind. All of it is false unless a kind says so: then nothing
/// is rewritten around it, and nothing is lost.
/// </summary>
public sealed record LayerTraits
{
    /// <summary>Nothing may be assumed.</summary>
    public static LayerTraits None { get; } = new();

    /// <summary>In evaluation it hands its input on as it is.</summary>
    public bool IsIdentity { get; init; }

    /// <summary>It only moves or picks values of its one input, so that the range of these is its own.</summary>
    public bool KeepsRange { get; init; }

    /// <summary>
    /// It only puts its channels into an order, or leaves some out: each output channel is what its channel flow names,
    /// or zeros.
    /// </summary>
    public bool IsSelection { get; init; }

    /// <summary>The sum of its inputs: each is a term, and without one it is the sum of the others.</summary>
    public bool IsSum { get; init; }

    /// <summary>
    /// The channels of its inputs one after another: an input that has lost all of its channels may be left out.
    /// </summary>
    public bool IsConcatenation { get; init; }

    /// <summary>
    /// It adds zeros around an image, so that what is the same everywhere in front of it is not behind it.
    /// </summary>
    public bool SeesBorder { get; init; }

    /// <summary>
    /// A BatchNorm that alone reads it needs no selection of its own: its channels and this layer's are cut together.
    /// </summary>
    public bool FeedsItsNorm { get; init; }

    /// <summary>In a runtime it takes no time worth counting.</summary>
    public bool IsFree { get; init; }
}
