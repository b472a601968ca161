namespace SlimSharp.Formats;

/// <summary>One thing that was checked of a file.</summary>
/// <param name="Name">What.</param>
/// <param name="Holds">True if it holds; null if it cannot be told from this file alone.</param>
/// <param name="Detail">What was found, in words.</param>
public sealed record Check(string Name, bool? Holds, string Detail);
