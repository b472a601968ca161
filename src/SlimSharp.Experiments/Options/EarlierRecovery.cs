namespace SlimSharp.Experiments;

/// <summary>
/// What helps a network to recover from a cut, as run.json had it before there was a list of regularisers.
/// </summary>
public sealed record EarlierRecovery
{
    /// <summary>The file of a teacher to learn from; null for none.</summary>
    public string? Teacher { get; init; }

    /// <summary>The temperature of its logits.</summary>
    public double Temperature { get; init; } = 4;

    /// <summary>The weight of its loss.</summary>
    public double TeacherWeight { get; init; } = 1;

    /// <summary>Scales that are zero at the start stay so.</summary>
    public bool KeepZeros { get; init; }

    /// <summary>Begin with new weights; only in files.</summary>
    public bool FromScratch { get; init; }
}
