using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Tests.Adding;

/// <summary>
/// A matrix as the product of two thin ones, users×rank and rank×items, as recommenders learn it. No layer reads
/// another here, but the places of the rank go together all the same.
/// </summary>
internal sealed record LowRank(int Users, int Rank, int Items) : IChannelGraph
{
    public string Name => "a product of two matrices";

    public IReadOnlyDictionary<string, LayerParameter> Parameters { get; } =
        new OrderedDictionary<string, LayerParameter>
        {
            ["users"] = new("users", ParameterRole.Weight, [Users, Rank], InitialValue.Zero),
            ["items"] = new("items", ParameterRole.Weight, [Rank, Items], InitialValue.Zero),
        };

    public IReadOnlyList<ChannelGroup> Groups
    {
        get
        {
            // One unit for each place of the rank: a row of items makes it, a column of users reads it.
            ImmutableArray<ImmutableArray<int>> each =
            [
                .. Enumerable.Range(0, Rank).Select(r => ImmutableArray.Create(r)),
            ];
            ImmutableArray<ChannelSlice> slices =
            [
                new("items", Axis: 0, ReadsInput: false, each),
                new("users", Axis: 1, ReadsInput: true, each),
            ];
            var nodes = ImmutableSortedDictionary<string, ImmutableArray<ImmutableArray<int>>>.Empty.Add("rank", each);
            return [new("rank", Rank, slices, nodes, FrozenBecause: null)];
        }
    }

    public NetworkCost Cost => new((long)Rank * (Users + Items), (long)Rank * (Users + Items), 0, 0);

    public IChannelGraph Cut(IReadOnlyList<GroupPlan> plans) => new LowRank(Users, plans.Single().Kept.Length, Items);
}
