namespace SlimSharp.Cli;

/// <summary>What helps a network to recover from a cut, and controls of that.</summary>
internal sealed record RecoveryOptions
{
    /// <summary>The file of a teacher to learn from.</summary>
    public string? Teacher { get; init; }

    public double Temperature { get; init; } = 4;

    public double TeacherWeight { get; init; } = 1;

    /// <summary>Scales that are zero at the start stay so.</summary>
    public bool KeepZeros { get; init; }

    /// <summary>Begin with new weights.</summary>
    public bool FromScratch { get; init; }
}
