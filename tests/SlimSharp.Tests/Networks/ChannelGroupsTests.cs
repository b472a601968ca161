using SlimSharp.Networks;

namespace SlimSharp.Tests.Networks;

/// <summary>Channel groups against expectations written by hand.</summary>
public class ChannelGroupsTests
{
    private static Dictionary<string, ChannelGroup> Groups(string topology) =>
        ChannelGroups.Of(Topologies.All[topology]).ToDictionary(g => g.Name);

    private static string[] Reads(ChannelGroup group) =>
        [.. group.Slices.Where(s => s.ReadsInput).Select(s => s.Parameter).Order()];

    private static string[] Produces(ChannelGroup group) =>
        [
            .. group
                .Slices.Where(s => !s.ReadsInput && s.Parameter.EndsWith("weight", StringComparison.Ordinal))
                .Select(s => s.Parameter)
                .Order(),
        ];

    [Fact]
    public void In_a_chain_every_convolution_is_a_group_read_by_the_next()
    {
        var groups = Groups("chain");
        Assert.Equal(["input", "block1.conv", "block2.conv", "block3.conv", "block4.conv", "classifier"], groups.Keys);
        Assert.Equal(["block2.conv.weight"], Reads(groups["block1.conv"]));
        Assert.Equal(["classifier.weight"], Reads(groups["block4.conv"]));
        Assert.Equal(FrozenKind.Input, groups["input"].FrozenBecause?.Kind);
        Assert.Equal(FrozenKind.Output, groups["classifier"].FrozenBecause?.Kind);
        Assert.Null(groups["block4.conv"].FrozenBecause);
    }

    [Fact]
    public void A_sum_couples_all_its_terms()
    {
        var groups = Groups("residual");
        var trunk = groups["stem.conv"];
        Assert.Equal(10, trunk.Units);
        Assert.Equal(
            [
                "block1.b.bn.weight",
                "block1.b.conv.weight",
                "block2.b.bn.weight",
                "block2.b.conv.weight",
                "stem.bn.weight",
                "stem.conv.weight",
            ],
            Produces(trunk)
        );
        Assert.Equal(["block1.a.conv.weight", "block2.a.conv.weight", "classifier.weight"], Reads(trunk));
        Assert.Equal(["block1.b.conv.weight"], Reads(groups["block1.a.conv"]));
    }

    [Fact]
    public void A_concatenation_carries_every_channel_to_its_own_place()
    {
        var groups = Groups("dense");
        Assert.Equal(["input", "stem", "layer1.conv", "layer2.conv", "layer3.conv", "classifier"], groups.Keys);
        Assert.Equal(["classifier.weight", "layer2.conv.weight", "layer3.conv.weight"], Reads(groups["layer1.conv"]));
        // layer1's four channels stand behind the stem's eight, and behind those of layer2 nothing moves.
        var read = groups["layer2.conv"].Slices.Single(s => s.Parameter == "classifier.weight");
        Assert.Equal([12, 13, 14, 15], read.Places.Select(p => Assert.Single(p)));
        Assert.Contains(groups["stem"].Slices, s => s.Parameter == "last.bn.weight");
    }

    [Fact]
    public void Depthwise_channels_follow_their_input()
    {
        var groups = Groups("depthwise");
        Assert.Equal(["input", "stem.conv", "point1.conv", "point2.conv", "classifier"], groups.Keys);
        Assert.Equal(["point1.conv.weight"], Reads(groups["stem.conv"]));
        var twofold = groups["point1.conv"].Slices.Single(s => s.Parameter == "depth2.conv.weight");
        Assert.Equal([6, 7], twofold.Places[3]);
        Assert.False(twofold.ReadsInput);
    }

    [Fact]
    public void Groups_of_a_convolution_lose_the_same_places()
    {
        var groups = Groups("grouped");
        Assert.Equal(4, groups["stem.conv"].Units); // 12 channels in 3 blocks of 4
        Assert.Equal(5, groups["grouped.conv"].Units); // 15 in 3 blocks of 5
        Assert.Equal([1, 5, 9], groups["stem.conv"].Channels["stem.conv"][1]);
        Assert.Equal(
            [1],
            groups["stem.conv"].Slices.Single(s => s.Parameter == "grouped.conv.weight" && s.ReadsInput).Places[1]
        );
    }

    [Fact]
    public void A_factor_is_coupled_to_what_it_multiplies()
    {
        var groups = Groups("excitation");
        Assert.Equal(["excite.weight", "stem.bn.weight", "stem.conv.weight"], Produces(groups["stem.conv"]));
        Assert.Equal(["after.conv.weight", "squeeze.weight"], Reads(groups["stem.conv"]));
        Assert.Equal(4, groups["squeeze"].Units);
    }

    [Fact]
    public void Selections_lead_each_channel_where_it_goes()
    {
        var groups = ChannelGroups.Of(Topologies.All["shuffle"]);
        var (left, split) = (groups[1], groups[2]);
        Assert.Equal((4, 4), (left.Units, split.Units)); // the stem's halves take different ways
        Assert.Equal(
            [0, 2, 4, 6],
            left.Slices.Single(s => s.Parameter == "after.conv.weight" && s.ReadsInput)
                .Places.Select(p => Assert.Single(p))
        );
        Assert.Equal(
            [0, 1, 2, 3],
            split
                .Slices.Single(s => s.Parameter == "right.conv.weight" && s.ReadsInput)
                .Places.Select(p => Assert.Single(p))
        );
    }

    [Fact]
    public void Channels_of_zeros_belong_to_what_they_are_added_to()
    {
        var groups = ChannelGroups.Of(Topologies.All["zeroPadded"]);
        Assert.Equal(["input", "stem.conv", "wide.conv", "last.conv", "classifier"], groups.Select(g => g.Name));
        var (padded, free) = (groups[1], groups[2]);
        Assert.Equal((4, 4), (padded.Units, free.Units));
        Assert.Equal([2, 3, 4, 5], padded.Channels["wide.conv"].Select(c => Assert.Single(c)));
        Assert.Equal([0, 1, 6, 7], free.Channels["wide.conv"].Select(c => Assert.Single(c)));
    }

    [Fact]
    public void A_flattened_channel_takes_all_its_positions()
    {
        var read = Groups("flattened")["conv.conv"].Slices.Single(s => s.Parameter == "hidden.weight" && s.ReadsInput);
        Assert.Equal(Enumerable.Range(24, 12), read.Places[2]);
    }

    [Fact]
    public void A_transposed_convolution_reads_along_its_first_axis_and_makes_along_its_second()
    {
        var groups = Groups("decoder");
        Assert.Equal(["input", "stem.conv", "up1", "up2", "last.conv", "classifier"], groups.Keys);
        Assert.Equal((0, 1), (Axis(groups["stem.conv"], "up1.weight"), Axis(groups["up1"], "up1.weight")));
        // up2 has two groups of five inputs and three outputs; its weight is 10×3.
        Assert.Equal((5, 3), (groups["up1"].Units, groups["up2"].Units));
        Assert.Equal([2, 7], Places(groups["up1"], "up2.weight", 0)[2]);
        Assert.Equal([2], Places(groups["up2"], "up2.weight", 1)[2]);
        Assert.Equal([2, 5], Places(groups["up2"], "up3.weight", 0)[2]); // depthwise
        Assert.DoesNotContain(groups["up2"].Slices, s => s.Parameter == "slope2.weight"); // one for all

        int Axis(ChannelGroup group, string parameter) => group.Slices.Single(s => s.Parameter == parameter).Axis;
        IReadOnlyList<System.Collections.Immutable.ImmutableArray<int>> Places(
            ChannelGroup group,
            string parameter,
            int axis
        ) => group.Slices.Single(s => s.Parameter == parameter && s.Axis == axis).Places;
    }

    [Fact]
    public void Channels_that_share_statistics_fall_together_or_not_at_all()
    {
        var groups = Groups("normed");
        Assert.Equal(4, groups["conv1"].Units);
        Assert.Equal([3, 4, 5], groups["conv1"].Channels["group"][1]);
        Assert.Null(groups["conv1"].FrozenBecause);
        Assert.Equal("a LayerNorm takes its statistics over all of them", groups["conv2"].FrozenBecause?.Because);
        Assert.Equal("a LayerNorm takes its statistics over all of them", groups["hidden"].FrozenBecause?.Because);
    }

    [Fact]
    public void Who_shares_parameters_loses_the_same_channels()
    {
        var groups = Groups("shared");
        Assert.Equal(["input", "stem.conv", "head.conv", "classifier"], groups.Keys);
        // What the shared convolution reads the first and the second time is one group, and so is what it makes.
        Assert.Equal(
            ["stem.bn.weight", "stem.conv.weight", "twice.bn.weight", "twice.conv.weight"],
            Produces(groups["stem.conv"])
        );
        Assert.Equal(["head.conv.weight", "twice.conv.weight"], Reads(groups["stem.conv"]));
        var read = groups["head.conv"].Slices.Single(s => s.Parameter == "classifier.weight");
        Assert.Equal([2, 8], read.Places[2]);
    }

    [Fact]
    public void Every_channel_of_every_node_is_in_exactly_one_group()
    {
        foreach (var network in Topologies.All.Values)
        {
            var groups = ChannelGroups.Of(network);
            foreach (var node in network.Nodes)
            {
                var channels = groups.SelectMany(g => g.Channels.GetValueOrDefault(node.Name, []).SelectMany(u => u));
                Assert.Equal(Enumerable.Range(0, network.Shapes[node.Name].Channels), channels.Order());
            }
            Assert.Equal(groups.Select(g => g.Name).Distinct().Count(), groups.Count);
        }
    }
}
