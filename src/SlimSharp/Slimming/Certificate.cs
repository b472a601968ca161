using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// The proof that a cut changed nothing but what was cut. "Masked" is the original network in which every consumer's removed input
/// channels are multiplied by zero at the consumer; where constants are folded, it keeps them. Differences are the
/// largest absolute one over the largest masked output.
/// </summary>
public sealed record Certificate
{
    /// <summary>Up to here, masked and cut agree in float64.</summary>
    public const double Tolerance = 1e-10;

    /// <summary>Structure: masked against cut in float64, the same network and plan with random weights.</summary>
    public required double StructureDifference { get; init; }

    /// <summary>What those random weights and inputs are a function of.</summary>
    public required long StructureSeed { get; init; }

    /// <summary>Function: masked against cut in float64, the real weights on the probe inputs.</summary>
    public required double FunctionDifference { get; init; }

    /// <summary>The same in float32, which decides nothing.</summary>
    public required double FunctionDifference32 { get; init; }

    /// <summary>Parameters, counted from the cut tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds, counted from the cut tensors.</summary>
    public required long Macs { get; init; }

    /// <summary>The identity of the weights of the cut; retraining changes it.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>True if both parts agree, and float32 gives numbers at all.</summary>
    [JsonIgnore]
    public bool Agrees =>
        StructureDifference <= Tolerance && FunctionDifference <= Tolerance && double.IsFinite(FunctionDifference32);
}
