using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// Part (i) of a certificate: masked against cut with random weights and inputs, in float64, through the <see
/// cref="OpenNetwork"/>. The masked side is computed once; any number of cuts can be held against it.
/// </summary>
internal sealed class StructureCheck : IDisposable
{
    private const int Samples = 2;

    private readonly Weights _weights;
    private readonly Dictionary<string, torch.Tensor> _inputs;
    private readonly torch.Tensor _masked;

    internal StructureCheck(NetworkCut cut, long seed, DeadBranches? branches = null)
    {
        var open = OpenNetwork.Of(cut);
        _weights = RandomWeights.Draw(open, seed);
        var whole = branches?.Open(OpenNetwork.Names(cut.Target)) ?? new(open.Source, []);
        _inputs = cut.Source.Inputs.ToDictionary(
            i => i.Name,
            i => RandomWeights.Inputs(cut.Source.Shapes[i.Name], Samples, seed + Randomness.Name(i.Name))
        );
        _masked = whole.Masked(open, _weights, _inputs, seed);
    }

    /// <summary>The largest difference of outputs relative to the largest, for a cut of the same network.</summary>
    internal double Difference(NetworkCut cut)
    {
        var open = OpenNetwork.Of(cut);
        using var small = new Model(open.Target, open.Slice(_weights));
        using var outputs = Certifier.Outputs(small, _inputs);
        return Numbers.RelativeDifference(outputs, _masked);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        foreach (var input in _inputs.Values)
            input.Dispose();
        _masked.Dispose();
    }
}
