namespace SlimSharp.Data;

/// <summary>
/// Random changes of training images; black padding and a crop back to size, then perhaps a mirror image.
/// </summary>
/// <param name="Pad">Black pixels on each side before the crop; 0 for no crop.</param>
/// <param name="Flip">Whether half of the images are mirrored left to right.</param>
public sealed record Augmentation(int Pad, bool Flip)
{
    /// <summary>As published for CIFAR: pad 4, crop, flip.</summary>
    public static Augmentation Published { get; } = new(4, true);

    /// <summary>None.</summary>
    public static Augmentation None { get; } = new(0, false);

    /// <summary>
    /// The image's shift and mirroring: a pure function of seed, epoch and the image's place in its set.
    /// </summary>
    internal (int Down, int Right, bool Mirrored) Draw(long seed, int epoch, int index)
    {
        var random = new Randomness(seed, Randomness.Name("augment"), epoch, index);
        return (random.Next(2 * Pad + 1) - Pad, random.Next(2 * Pad + 1) - Pad, random.Next(2) == 1 && Flip);
    }
}
