namespace SlimSharp.Runs;

/// <summary>What became of a claim.</summary>
public enum Verdict
{
    /// <summary>Every inequality holds, by the exact test, corrected for all claims.</summary>
    Confirmed,

    /// <summary>
    /// Some inequality fails: the simultaneous interval of its difference lies wholly where it does not hold.
    /// </summary>
    Refuted,

    /// <summary>Neither.</summary>
    Undecided,
}
