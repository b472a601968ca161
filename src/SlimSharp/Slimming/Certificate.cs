using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// The proof that a cut changed nothing but what was cut. "Masked" is the original network in which every consumer's
/// removed input channels are multiplied by zero at the consumer; where constants are folded, it keeps them. Removed
/// tokens are left out where a layer brings tokens together, and their rows are not read.
/// Differences are the largest absolute one over the largest masked output.
/// </summary>
public sealed record Certificate : IJsonOnDeserialized
{
    /// <summary>
    /// Under this key the provenance of a file says that its weights were trained since the cut; the value is the
    /// <see cref="WeightsHash"/> of that cut.
    /// </summary>
    public const string Retrained = "retrained";

    /// <summary>The same for BatchNorm statistics that were taken anew since the cut.</summary>
    public const string Recalibrated = "recalibrated";

    /// <summary>The key in a file's provenance under which the command keeps what the cut was asked for.</summary>
    public const string Asked = "cut";

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

    /// <summary>The identity of the weights of the cut; recalibration and retraining change it.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>
    /// The identity of the weights of the cut without the running statistics of BatchNorms; only retraining changes it.
    /// Null, like all below, in certificates of versions that did not write it.
    /// </summary>
    public string? ParametersHash { get; init; }

    /// <summary>The identity of the weights that were cut.</summary>
    public string? SourceHash { get; init; }

    /// <summary>
    /// The identity of the plan that was carried out: of its network, the branches that go, and the units that stay.
    /// </summary>
    public string? PlanHash { get; init; }

    /// <summary>
    /// The identity of the probe: the inputs on which function was compared, and the masked original's outputs.
    /// </summary>
    public string? ProbeHash { get; init; }

    /// <summary>True if both parts agree, and float32 gives numbers at all.</summary>
    [JsonIgnore]
    public bool Agrees =>
        StructureDifference <= Tolerance && FunctionDifference <= Tolerance && double.IsFinite(FunctionDifference32);

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (StructureDifference < 0 || FunctionDifference < 0 || FunctionDifference32 < 0)
            throw new PlanException("a difference is below 0");
        if (Parameters < 0 || Macs < 0)
            throw new PlanException("it counts fewer than no parameters or MACs");
    }
}
