using System.Text.Json.Serialization;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>Where images are and how they are brought into the form that a network takes.</summary>
public sealed record DataOptions : IJsonOnDeserialized
{
    /// <summary>A folder or file; see <see cref="DataSource.All"/> for what is recognised.</summary>
    public string Path { get; init; } = "";

    /// <summary>The same from the folder of the file in which these options are written; null elsewhere.</summary>
    public string? Relative { get; init; }

    /// <summary>Height and width to resize to; null keeps the images' own size.</summary>
    public int? Size { get; init; }

    /// <summary>Height and width to pad to with black; null pads nothing.</summary>
    public int? Pad { get; init; }

    /// <summary>1 for grey, 3 for colour; null keeps what is there.</summary>
    public int? Channels { get; init; }

    /// <summary>For files of label+planes records: the shape of their images.</summary>
    public Shape? Records { get; init; }

    /// <summary>
    /// For IDX files whose numbers are no bytes: those that become 0 and 255; null takes numbers in 0–255, or fractions
    /// in 0–1.
    /// </summary>
    public PixelRange? Range { get; init; }

    /// <summary>Take the images without labels, even if they have some; records then have no label byte.</summary>
    public bool Unlabelled { get; init; }

    /// <summary>The share of training images held out to choose with.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>
    /// For data without test images of their own: the share of all images that is held out as such, always the same
    /// ones; 0 trains on all. Null takes a set that is not called one of training for test images.
    /// </summary>
    public double? Test { get; init; }

    /// <summary>Which images are wanted; pictures of others need not be decoded.</summary>
    [JsonIgnore]
    public DataParts Parts { get; init; } = DataParts.All;

    /// <summary>Stops the reading, which then ends with an <see cref="OperationCanceledException"/>.</summary>
    [JsonIgnore]
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// These options as a file in that folder keeps them: with the absolute path and the one from there, so that either
    /// may be moved.
    /// </summary>
    public DataOptions WrittenIn(string folder) =>
        string.IsNullOrEmpty(Path)
            ? this
            : this with
            {
                Path = System.IO.Path.GetFullPath(Path),
                Relative = System
                    .IO.Path.GetRelativePath(System.IO.Path.GetFullPath(folder), System.IO.Path.GetFullPath(Path))
                    .Replace('\\', '/'),
            };

    /// <summary>
    /// These options as read from a file in that folder: with the path at which something is, the absolute one first.
    /// </summary>
    public DataOptions FoundFrom(string folder)
    {
        var from = System.IO.Path.GetFullPath(folder);
        string[] places =
        [
            Path,
            .. new[] { Relative, Path }.OfType<string>().Select(p => System.IO.Path.Combine(from, p)),
        ];
        var found = string.IsNullOrEmpty(Path) ? null : places.FirstOrDefault(System.IO.Path.Exists);
        return this with { Path = found is null ? Path : System.IO.Path.GetFullPath(found), Relative = null };
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized() => Check();

    /// <summary>Throws if images cannot be like that.</summary>
    internal void Check()
    {
        const int Largest = 4096;
        if ((Path + Relative).Contains('\0', StringComparison.Ordinal))
            throw new DataException(
                "The path of the data (DataOptions.Path) holds a null character, which no path can."
            );
        if (Size is < 1 or > Largest || Pad is < 1 or > Largest)
            throw new DataException(
                $"Images are brought to {(Size is < 1 or > Largest ? Size : Pad)} pixels (DataOptions.{(Size is < 1 or > Largest ? nameof(Size) : nameof(Pad))}), but that must be from 1 to {Largest}."
            );
        if (Channels is not (null or 1 or 3) || Records is { Channels: not (1 or 3) })
            throw new DataException("Images have 1 or 3 channels (DataOptions.Channels).");
        if (Records is { Height: < 1 or > Largest } or { Width: < 1 or > Largest })
            throw new DataException($"Records of {Records} are none of images (DataOptions.Records).");
        if (Validation is not (>= 0 and < 1) || Test is not (null or (>= 0 and < 1)))
            throw new DataException(
                "The shares of validation and test images (DataOptions.Validation, DataOptions.Test) must be in [0, 1)."
            );
    }
}
