namespace SlimSharp.Runs;

/// <summary>How a run of a sweep stands.</summary>
public enum SweepState
{
    /// <summary>It waits for the run that it starts from.</summary>
    Waiting,

    /// <summary>It can be begun.</summary>
    Ready,

    /// <summary>A worker holds it.</summary>
    Running,

    /// <summary>It was begun, and can be gone on with; it may have failed before.</summary>
    Stopped,

    /// <summary>It has failed <see cref="RunLease.Tries"/> times, and is no longer tried.</summary>
    Failed,

    /// <summary>Its result is there.</summary>
    Done,
}
