namespace SlimSharp.Cli;

/// <summary>
/// What helps a network to recover from a cut, by options of its own; run.json had it before there was a list of
/// regularisers.
/// </summary>
internal sealed record RecoveryOptions
{
    /// <summary>The file of a teacher to learn from.</summary>
    public string? Teacher { get; init; }

    public double Temperature { get; init; } = 4;

    public double TeacherWeight { get; init; } = 1;

    /// <summary>Scales that are zero at the start stay so.</summary>
    public bool KeepZeros { get; init; }

    /// <summary>Begin with new weights; only in files.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="UsageException">The message names the option.</exception>
    internal void Check()
    {
        if (!(Temperature > 0 && double.IsFinite(Temperature)))
            throw new UsageException($"--temperature is {Temperature}, but must be positive.");
        if (!(TeacherWeight >= 0 && double.IsFinite(TeacherWeight)))
            throw new UsageException($"--teacher-weight is {TeacherWeight}, but must be 0 or more.");
    }
}
