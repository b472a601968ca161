using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>Where images are and how they are brought into the form that a network takes.</summary>
public sealed record DataOptions
{
    /// <summary>A folder or file; see <see cref="DataSource.All"/> for what is recognised.</summary>
    public string Path { get; init; } = "";

    /// <summary>Height and width to resize to; null keeps the images' own size.</summary>
    public int? Size { get; init; }

    /// <summary>Height and width to pad to with black; null pads nothing.</summary>
    public int? Pad { get; init; }

    /// <summary>1 for grey, 3 for colour; null keeps what is there.</summary>
    public int? Channels { get; init; }

    /// <summary>For files of label+planes records: the shape of their images.</summary>
    public Shape? Records { get; init; }

    /// <summary>The share of training images held out to choose with.</summary>
    public double Validation { get; init; } = 0.1;
}
