namespace SlimSharp.Slimming;

/// <summary>
/// Something that was measured of a model on images for a <see cref="Criterion"/> to judge by, such as a
/// <see cref="Sensitivity"/>. A criterion that needs something else brings a class of its own.
/// </summary>
public abstract class Evidence
{
    /// <summary>How many images it was measured on.</summary>
    public abstract int Images { get; }
}
