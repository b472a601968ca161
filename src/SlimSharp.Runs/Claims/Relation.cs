using System.Text.Json.Serialization;

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

    /// <summary>One is more, or less by no more than the margin.</summary>
    [JsonStringEnumMemberName("at least")]
    AtLeast,

    /// <summary>One is less, or more by no more than the margin.</summary>
    [JsonStringEnumMemberName("at most")]
    AtMost,
}
