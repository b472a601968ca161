using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>
/// The size of one value of a network, without the batch: channels at positions. A vector has no positions, a sequence
/// of tokens one after another (in memory tokens × channels), an image rows and columns of them (channels × height ×
/// width).
/// </summary>
/// <param name="Channels">The number of channels.</param>
/// <param name="Height">Rows of an image; 0 for what is none.</param>
/// <param name="Width">Columns of an image; 0 for what is none.</param>
/// <param name="Tokens">The length of a sequence; 0 for what is none.</param>
public readonly record struct Shape(
    int Channels,
    int Height = 0,
    int Width = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Tokens = 0
)
{
    /// <summary>A sequence of tokens.</summary>
    public static Shape Sequence(int tokens, int channels) => new(channels, Tokens: tokens);

    /// <summary>True for channels × height × width.</summary>
    [JsonIgnore]
    public bool IsImage => Height > 0;

    /// <summary>True for tokens × channels.</summary>
    [JsonIgnore]
    public bool IsSequence => Tokens > 0;

    /// <summary>True for channels without positions.</summary>
    [JsonIgnore]
    public bool IsVector => !IsImage && !IsSequence;

    /// <summary>Positions per channel: height × width, tokens, or 1 for a vector.</summary>
    [JsonIgnore]
    public int Area =>
        IsImage ? checked(Height * Width)
        : IsSequence ? Tokens
        : 1;

    /// <summary>Numbers per sample.</summary>
    [JsonIgnore]
    public long Count => (long)Channels * Area; // of two ints, so that it cannot run over

    /// <summary>
    /// The dimension of a tensor, the batch in front, along which the channels lie: the last of a sequence.
    /// </summary>
    [JsonIgnore]
    public int ChannelAxis => IsSequence ? 2 : 1;

    /// <summary>What it is, as in "an image of 3×32×32" or "a vector of 10".</summary>
    [JsonIgnore]
    public string InWords =>
        IsImage ? $"an image of {this}"
        : IsSequence ? $"a sequence of {Tokens} tokens with {Channels} channels"
        : $"a vector of {this}";

    /// <summary>True if there can be such a value.</summary>
    internal bool IsPossible =>
        Channels > 0 && Height >= 0 && Width >= 0 && Tokens >= 0 && Height > 0 == Width > 0 && !(IsImage && IsSequence);

    /// <summary>Sizes in the order of a tensor's dimensions, the batch in front.</summary>
    public long[] Sizes(long batch) =>
        IsImage ? [batch, Channels, Height, Width]
        : IsSequence ? [batch, Tokens, Channels]
        : [batch, Channels];

    /// <summary>The shape behind a tensor's dimensions, the batch in front.</summary>
    internal static Shape Of(ReadOnlySpan<long> sizes) =>
        sizes.Length switch
        {
            4 => new((int)sizes[1], (int)sizes[2], (int)sizes[3]),
            3 => Sequence((int)sizes[1], (int)sizes[2]),
            _ => new((int)sizes[1]),
        };

    /// <inheritdoc/>
    public override string ToString() =>
        IsImage ? $"{Channels}×{Height}×{Width}"
        : IsSequence ? $"{Tokens}×{Channels}"
        : $"{Channels}";
}
