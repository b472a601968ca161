namespace SlimSharp.Regularizers;

/// <summary>How far the filters of a layer are from orthonormal.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Filters">How many there are.</param>
/// <param name="Columns">How many numbers each has, its bias among them.</param>
/// <param name="Weight">The share ω that <see cref="Orthonormality"/> weighs the layer with.</param>
/// <param name="Penalty">
/// Σ|G| over all entries of the Gram matrix less the identity, on its smaller side: 0 for orthonormal filters.
/// </param>
/// <param name="Score">
/// Σ|diagonal|/Σ|all entries| of the Gram matrix, in (0, 1]: 1 for orthogonal filters, whatever their lengths.
/// </param>
public sealed record Orthogonality(string Layer, int Filters, int Columns, double Weight, double Penalty, double Score);
