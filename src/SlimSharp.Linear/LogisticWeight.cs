namespace SlimSharp.Linear;

/// <summary>The weight of a feature.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Weight">The weight.</param>
public sealed record LogisticWeight(string Feature, double Weight);
