using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Slimming;

/// <summary>
/// Cuts whose index maps are wrong in one place, every place of every map in turn: none may pass for right.
/// </summary>
public class SwapTests
{
    public static TheoryData<string> Names =>
        [.. Topologies.All.Keys, "vector", "saturated", "holes", "heads", "places", "ports"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_swapped_index_is_caught(string name)
    {
        foreach (var (seed, stay) in new[] { (6L, 0.6), (7, 0.3) })
            Assert.True(Swaps(Of(name), seed, stay) >= 8);
    }

    [Fact]
    public void Every_swapped_index_of_a_narrow_vgg_is_caught() =>
        Assert.True(Swaps(Vgg.Create(11, 10, 0.125, new Shape(1, 28, 28)), 6, 0.5) > 1000);

    [Fact]
    [Trait("Length", "long")]
    public void Every_swapped_index_of_the_demos_network_is_caught()
    {
        foreach (var seed in new[] { 1L, 2, 3 })
            Assert.True(Swaps(Vgg.Create(11, 10, 0.25, new Shape(1, 28, 28)), seed, 0.5) > 2000);
    }

    private static Network Of(string name) =>
        name switch
        {
            "heads" => AttentionTests.Block(byPlace: false),
            "places" => AttentionTests.Block(byPlace: true),
            "ports" => PortTests.Two(),
            _ => Topologies.All.GetValueOrDefault(name) ?? Hiding(name),
        };

    // Two neighbours change places, two far ones do, and a removed place stands for every kept one: the next and the
    // last.
    private static int Swaps(Network network, long seed, double stay)
    {
        using var weights = Initialization.Draw(network, 0);
        var cut = NetworkCut.Of(Plan(network, weights, seed, stay));
        using var check = new StructureCheck(cut, 1);
        Assert.True(check.Difference(cut) < 1e-12);
        var sizes = network.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Sizes);
        var (swaps, unseen) = (0, new List<string>());
        foreach (var (key, places) in cut.Kept)
        {
            foreach (var wrong in Wrong(places, sizes[key.Parameter][key.Axis]))
            {
                swaps++;
                if (!(check.Difference(cut with { Kept = cut.Kept.SetItem(key, wrong) }) > Certificate.Tolerance))
                    unseen.Add($"{key}: {string.Join(' ', wrong)} for {string.Join(' ', places)}");
            }
        }
        Assert.True(unseen.Count == 0, $"{unseen.Count} of {swaps} unseen: {string.Join("; ", unseen.Take(5))}");
        return swaps;
    }

    private static IEnumerable<long[]> Wrong(long[] places, long size)
    {
        long[] With(params ReadOnlySpan<(int At, long Place)> changes)
        {
            var wrong = places.ToArray();
            foreach (var (at, place) in changes)
                wrong[at] = place;
            return wrong;
        }
        for (var i = 0; i + 1 < places.Length; i++)
            yield return With((i, places[i + 1]), (i + 1, places[i]));
        if (places.Length > 2)
            yield return With((0, places[^1]), (places.Length - 1, places[0]));
        long[] removed = [.. Enumerable.Range(0, (int)size).Select(p => (long)p).Except(places)];
        for (var i = 0; i < places.Length && removed.Length > 0; i++)
        {
            yield return With((i, removed.FirstOrDefault(r => r > places[i], removed[0])));
            if (removed.Length > 1)
                yield return With((i, removed[^1]));
        }
    }

    // Networks in which much is hidden: single values, activations in saturation, maxima over what a layer leaves out.
    private static Network Hiding(string name)
    {
        var b = new NetworkBuilder(name, name == "vector" ? new Shape(6) : new Shape(3, 8, 8));
        var x = b.Input;
        switch (name)
        {
            case "vector":
                x = b.Activation("relu1", b.Linear("linear1", x, 12));
                x = b.Node("slope", new PRelu(), b.BatchNorm("bn", b.Linear("linear2", x, 12)));
                x = b.Activation("relu2", b.Linear("linear3", x, 8));
                break;
            case "saturated":
                x = b.Activation("six", b.Shift("shift", b.Convolution("conv1", x, 8)), ActivationFunction.Relu6);
                x = b.Activation("hard", b.Convolution("conv2", x, 8), ActivationFunction.HardSigmoid);
                x = b.Activation("tanh", b.Convolution("conv3", x, 8), ActivationFunction.Tanh);
                x = b.GlobalAveragePool("pool", x);
                break;
            default:
                x = b.Node("up", new TransposedConvolution(8, 1) { Stride = 3, Bias = true }, x);
                x = b.Activation("relu", b.MaxPool("max", x));
                x = b.GlobalAveragePool("pool", b.ConvBnRelu("last", x, 8));
                break;
        }
        return b.Build(b.Linear("classifier", x, 5));
    }
}
