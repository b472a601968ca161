using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Slimming;

public class TrunkSelectionTests
{
    public static TheoryData<string> Trunks => ["preresnet11", "densenet10", "dense", "resnet20b", "chain"];

    private static Network TrunkOf(string name) =>
        name switch
        {
            "preresnet11" => PreActResNet.Create(11, width: 0.5),
            "densenet10" => DenseNet.Create(10, width: 0.5),
            "resnet20b" => CifarResNet.Create(20, width: 0.5, convolutionShortcut: true),
            _ => Topologies.All[name],
        };

    [Theory]
    [MemberData(nameof(Trunks))]
    public void Selecting_from_a_trunk_agrees_twice_and_leaves_no_channel_unread(string name)
    {
        using var model = RandomModel(TrunkOf(name), 1);
        foreach (var ratio in new[] { 0.2, 0.6, 0.9 })
        {
            var options = new PlanOptions { Target = new PlanTarget.Ratio(ratio), Trunk = Trunk.Selection };
            using var once = Surgeon.Apply(model, Planner.Plan(model, options));
            using var twice = Surgeon.Apply(once.Model, Planner.Plan(once.Model, options));
            Assert.True(twice.Certificate.Parameters <= once.Certificate.Parameters);
            foreach (var cut in new[] { once.Model.Network, twice.Model.Network })
            {
                Assert.DoesNotContain(".select.select", string.Join(' ', cut.Nodes.Select(n => n.Name)));
                // Whatever is only selected from is selected from in full, but for the one channel that must stay.
                var readers = cut
                    .Nodes.SelectMany(n => n.Inputs.Select(i => (Source: i, Reader: n)))
                    .ToLookup(r => r.Source, r => r.Reader);
                foreach (
                    var source in cut.Nodes.Where(n =>
                        readers[n.Name].Any() && readers[n.Name].All(r => r.Layer is Select { Picks: true })
                    )
                )
                {
                    var taken = readers[source.Name].SelectMany(r => ((Select)r.Layer).Indices).Distinct().Count();
                    if (source.Layer is Convolution { Channels: > 1 })
                        Assert.Equal(cut.Shapes[source.Name].Channels, taken);
                }
            }
        }
    }

    [Fact]
    public void A_network_with_selections_of_everything_computes_the_same()
    {
        using var scope = torch.NewDisposeScope();
        using var model = RandomModel(TrunkOf("preresnet11"), 1);
        model.eval();
        var x = torch.randn(2, 3, 32, 32);
        foreach (var behind in new[] { false, true })
        {
            using var selecting = new Model(ChannelSelection.Insert(model.Network, behind), model.CopyWeights());
            selecting.eval();
            Assert.Equal(0, Numbers.RelativeDifference(selecting.forward(x), model.forward(x)));
        }
    }
}
