namespace SlimSharp.Runs;

/// <summary>What is compared.</summary>
public enum Measure
{
    /// <summary>Accuracy on test images, in points.</summary>
    Accuracy,

    /// <summary>Accuracy lost since the first stage, in points.</summary>
    Loss,

    /// <summary>Parameters, in percent of the other's.</summary>
    Parameters,

    /// <summary>Multiply-adds, in percent of the other's.</summary>
    Macs,
}
