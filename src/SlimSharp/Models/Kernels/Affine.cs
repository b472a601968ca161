using SlimSharp.Networks;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// What a normalisation with known statistics and the activation behind it do to a channel: scale·x + offset, then a
/// clamp.
/// </summary>
/// <param name="Scale">By channel.</param>
/// <param name="Offset">By channel.</param>
/// <param name="Low">−∞ without an activation.</param>
/// <param name="High">+∞ but for ReLU6.</param>
internal sealed record Affine(float[] Scale, float[] Offset, float Low, float High)
{
    /// <summary>The clamp of an activation, or null if it is none.</summary>
    internal static (float Low, float High)? Clamp(ActivationFunction? function) =>
        function switch
        {
            null => (float.NegativeInfinity, float.PositiveInfinity),
            ActivationFunction.Relu => (0, float.PositiveInfinity),
            ActivationFunction.Relu6 => (0, 6),
            _ => null,
        };
}
