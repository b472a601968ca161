namespace SlimSharp.Objectives;

/// <summary>Something that an objective measures beside the loss, as a mean over samples.</summary>
/// <param name="Name">What it is called in metrics and files, such as "accuracy".</param>
/// <param name="IsMoreBetter">Whether more of it is better.</param>
/// <param name="IsShare">Whether it is a share in [0, 1], to be shown in percent.</param>
public sealed record NamedMeasure(string Name, bool IsMoreBetter, bool IsShare = false)
{
    /// <summary>The share of samples whose class gets the largest output.</summary>
    public static NamedMeasure Accuracy { get; } = ByName(KnownMeasure.Accuracy);

    /// <summary>How often a model's largest output is where another's is.</summary>
    public static NamedMeasure Agreement { get; } = ByName(KnownMeasure.Agreement);

    /// <summary>The loss itself.</summary>
    public static NamedMeasure Loss { get; } = ByName(KnownMeasure.Loss);

    /// <summary>
    /// One of these by its name, alone or with a node's behind it; one of which less is better, if it is none of them.
    /// </summary>
    public static NamedMeasure ByName(string name) =>
        KnownMeasure.Of(name) is { } known ? new(name, known.IsMoreBetter, known.IsShare) : new(name, false);

    /// <summary>Whether a value is better than another.</summary>
    public bool IsBetter(double value, double than) => IsMoreBetter ? value > than : value < than;

    /// <summary>The same of one output or node among several.</summary>
    internal NamedMeasure Of(string node) => this with { Name = $"{Name} {node}" };
}
