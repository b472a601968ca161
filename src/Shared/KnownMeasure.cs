namespace SlimSharp;

/// <summary>The measures that are known by name, alone or with a node's name behind it.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsMoreBetter">Whether more of it is better.</param>
/// <param name="IsShare">Whether it is a share in [0, 1], given in percent and points.</param>
internal sealed record KnownMeasure(string Name, bool IsMoreBetter, bool IsShare)
{
    /// <summary>The share of samples whose class gets the largest output.</summary>
    internal const string Accuracy = "accuracy";

    /// <summary>How often a model chooses what another does.</summary>
    internal const string Agreement = "agreement";

    /// <summary>The loss itself.</summary>
    internal const string Loss = "loss";

    private static readonly KnownMeasure[] All =
    [
        new(Accuracy, true, true),
        new(Agreement, true, true),
        new(Loss, false, false),
        new("small weights", true, true),
        new("small filters", true, true),
        new("orthogonality", true, false),
        new("group correlation", true, false),
    ];

    /// <summary>The one that a name begins with; null if it is none.</summary>
    internal static KnownMeasure? Of(string name) =>
        All.FirstOrDefault(m => name == m.Name || name.StartsWith(m.Name + ' ', StringComparison.Ordinal));
}
