using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>Parts of networks, between any node and what is computed from it.</summary>
public class BetweenTests
{
    public static TheoryData<string> Names => [.. Topologies.All.Keys];

    private static Dictionary<string, torch.Tensor> Inputs(Network network) =>
        network.Inputs.ToDictionary(
            i => i.Name,
            i => RandomWeights.Inputs(network.Shapes[i.Name], 3, Randomness.Name(i.Name))
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void What_lies_between_two_places_computes_from_the_values_at_one_those_at_the_other(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var network = Topologies.All[name];
        using var model = new Model(network, Drawn.Wide(network, 3));
        model.eval();
        var all = model.Run(Inputs(network), [.. network.Nodes.Select(n => n.Name)]);
        // Every way from the first nodes to the outputs passes one of them that is read later.
        for (var cut = 1; cut < network.Nodes.Length; cut++)
        {
            var before = network.Nodes.Take(cut).Select(n => n.Name).ToHashSet();
            var later = network.Nodes.Skip(cut).ToArray();
            string[] from =
            [
                .. before.Where(n => later.Any(r => r.Inputs.Contains(n))),
                .. later.Where(n => n.Layer is Input).Select(n => n.Name),
            ];
            string[] to = [.. network.Outputs.Where(o => !before.Contains(o))];
            if (to.Length == 0)
                continue;
            using var part = model.Between(from, to);
            Assert.Equal(from.Order(), part.Network.Inputs.Select(i => i.Name).Order());
            var values = part.Run(from.ToDictionary(n => n, n => all[n]));
            foreach (var output in to)
                Assert.True(Numbers.RelativeDifference(values[output], all[output]) < 1e-12, $"{name}: {from[0]}");
        }
        Assert.Equal(Inputs(network).Keys, model.Network.Inputs.Select(i => i.Name)); // and is whole afterwards
        _ = model.Run(Inputs(network));
    }

    [Fact]
    public void A_part_shares_parameters_their_gradients_and_statistics_with_the_whole()
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All["residual"];
        using var model = new Model(network, seed: 3);
        using (var part = model.Between(["stem.relu"], ["block1.relu"]))
        {
            Assert.All(part.named_parameters(), p => Assert.StartsWith("block1.", p.name));
            var given = torch.randn(4, network.Shapes["stem.relu"].Channels, 12, 12);
            part.train();
            part.forward(given).square().sum().backward();
            foreach (var (name, parameter) in part.named_parameters())
            {
                Assert.Equal(Numbers.Read(parameter.grad!), Numbers.Read(model[name].grad!));
                using var still = torch.no_grad();
                parameter.add_(1);
            }
        }
        using var fresh = new Model(network, seed: 3);
        foreach (var (name, _, _) in network.Parameters())
            Assert.Equal(
                name.StartsWith("block1.", StringComparison.Ordinal),
                !Numbers.Read(model[name]).SequenceEqual(Numbers.Read(fresh[name]))
            );
    }

    [Fact]
    public void A_part_leaves_what_is_frozen_frozen()
    {
        var network = Topologies.All["residual"];
        using var model = new Model(network, seed: 3);
        var name = network.Parameters().First(p => p.Node.Name.StartsWith("block1.", StringComparison.Ordinal)).Name;
        model[name].requires_grad_(false);
        using var part = model.Between(["stem.relu"], ["block1.relu"]);
        Assert.False(part[name].requires_grad);
        Assert.False(model[name].requires_grad);
    }

    [Fact]
    public void A_way_around_the_beginning_is_named()
    {
        var network = Topologies.All["residual"];
        var said = Assert.Throws<NetworkException>(() => network.Between(["block1.b.bn"], ["block1.relu"])).Message;
        Assert.Contains("cannot be computed from 'block1.b.bn' alone", said);
        Assert.Contains("the input 'input'", said);
        Assert.Contains(
            "no node 'x'",
            Assert.Throws<NetworkException>(() => network.Between(["x"], ["block1.relu"])).Message
        );
    }
}
