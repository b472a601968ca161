using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

// Plans of earlier versions have a member for each target they knew; they are read as what they meant, and never
// written.
public sealed partial record PlanOptions : IJsonOnDeserialized
{
    private bool _earlierPerLayer;

    [JsonInclude, JsonPropertyName("ratio")]
    internal double? EarlierRatio
    {
        get => null;
        set => Take(value is { } share ? new PlanTarget.Ratio(share) : null);
    }

    [JsonInclude, JsonPropertyName("macs")]
    internal double? EarlierMacs
    {
        get => null;
        set => Take(value is { } share ? new PlanTarget.Macs(share) : null);
    }

    [JsonInclude, JsonPropertyName("parameters")]
    internal double? EarlierParameters
    {
        get => null;
        set => Take(value is { } share ? new PlanTarget.Parameters(share) : null);
    }

    [JsonInclude, JsonPropertyName("milliseconds")]
    internal double? EarlierMilliseconds
    {
        get => null;
        set => Take(value is { } milliseconds ? new PlanTarget.Latency(milliseconds) : null);
    }

    [JsonInclude, JsonPropertyName("zeros")]
    internal bool? EarlierZeros
    {
        get => null;
        set => Take(value == true ? new PlanTarget.Zeros() : null);
    }

    [JsonInclude, JsonPropertyName("perLayer")]
    internal bool? EarlierPerLayer
    {
        get => null;
        set => _earlierPerLayer = value == true;
    }

    private void Take(PlanTarget? earlier)
    {
        if (earlier is not null && _target is not null)
            throw new PlanException("it has two targets, of which a plan has one");
        _target ??= earlier;
    }

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (!_earlierPerLayer)
            return;
        _target = _target is PlanTarget.Ratio ratio
            ? ratio with
            {
                PerLayer = true,
            }
            : throw new PlanException("it is by layer, which goes with a ratio");
        _earlierPerLayer = false;
    }
}
