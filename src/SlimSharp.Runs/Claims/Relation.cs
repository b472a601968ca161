namespace SlimSharp.Runs;

/// <summary>How two things compare.</summary>
public enum Relation
{
    /// <summary>One is less.</summary>
    Less,

    /// <summary>One is more.</summary>
    More,

    /// <summary>They differ by less than the margin.</summary>
    Equal,
}
