using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

/// <summary>
/// Two matrices with max(0, ·) between them, which can be planned and cut though no Network describes them.
/// </summary>
internal sealed record TwoLayers(int Inputs, int Hidden, int Outputs) : IChannelGraph
{
    public string Name => "two layers";

    public IReadOnlyList<ChannelGroup> Groups { get; } =
    [
        Group("in", Inputs, new(FrozenKind.Input), ("a.weight", 1, true)),
        Group("hidden", Hidden, null, ("a.weight", 0, false), ("a.bias", 0, false), ("b.weight", 1, true)),
        Group("out", Outputs, new(FrozenKind.Output), ("b.weight", 0, false)),
    ];

    public IReadOnlyDictionary<string, LayerParameter> Parameters { get; } =
        new OrderedDictionary<string, LayerParameter>
        {
            ["a.weight"] = new("weight", ParameterRole.Weight, [Hidden, Inputs], InitialValue.Zero),
            ["a.bias"] = new("bias", ParameterRole.Bias, [Hidden], InitialValue.Zero),
            ["b.weight"] = new("weight", ParameterRole.Weight, [Outputs, Hidden], InitialValue.Zero),
        };

    public NetworkCost Cost => new(Hidden * (Inputs + 1 + Outputs), Hidden * (Inputs + Outputs), 0, 0);

    public IChannelGraph Cut(IReadOnlyList<GroupPlan> plans) =>
        new TwoLayers(Inputs, plans.Single(p => p.Group == "hidden").Kept.Length, Outputs);

    internal Weights Draw(long seed)
    {
        var (weights, random) = (new Weights(), new Randomness(seed));
        foreach (var (name, parameter) in Parameters)
            weights[name] = Numbers.Tensor(
                [.. Enumerable.Range(0, (int)parameter.Count).Select(_ => 2 * random.NextDouble() - 1)],
                [.. parameter.Sizes],
                torch.float64
            );
        return weights;
    }

    /// <summary>The outputs, in loops.</summary>
    internal static double[] Run(Weights weights, double[] inputs)
    {
        var (a, bias, b) = (weights.Values("a.weight"), weights.Values("a.bias"), weights.Values("b.weight"));
        double[] hidden =
        [
            .. bias.Select((s, u) => Math.Max(0, s + inputs.Select((x, i) => x * a[u * inputs.Length + i]).Sum())),
        ];
        return
        [
            .. Enumerable
                .Range(0, b.Length / hidden.Length)
                .Select(o => hidden.Select((h, u) => h * b[o * hidden.Length + u]).Sum()),
        ];
    }

    private static ChannelGroup Group(
        string name,
        int units,
        FrozenReason? frozen,
        params (string Parameter, int Axis, bool Reads)[] slices
    )
    {
        ImmutableArray<ImmutableArray<int>> each =
        [
            .. Enumerable.Range(0, units).Select(u => ImmutableArray.Create(u)),
        ];
        return new(
            name,
            units,
            [.. slices.Select(s => new ChannelSlice(s.Parameter, s.Axis, s.Reads, each))],
            ImmutableSortedDictionary<string, ImmutableArray<ImmutableArray<int>>>.Empty.Add(name, each),
            frozen
        );
    }
}
