using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Latency;

[Collection(nameof(Alone))]
public class LatencyRaceTests
{
    [Fact]
    public void Quantiles_are_those_of_the_sorted_times()
    {
        var timing = Timing.Of(Enumerable.Range(0, 101).Select(i => (double)((i * 37) % 101)));
        Assert.Equal(new(50, 10, 90, 101), timing);
        Assert.Equal(new(7, 7, 7, 1), Timing.Of([7]));
    }

    [Fact]
    public void More_work_takes_more_time_in_every_runtime()
    {
        var (small, large) = (Vgg.Create("small", [16, 0, 16]), Vgg.Create("large", [64, 64, 0, 64, 64]));
        using var less = Drawn.Weights(small);
        using var more = Drawn.Weights(large);
        Contestant[] contestants =
        [
            Contestant.Onnx(OnnxExport.Of(small, less).ToBytes(), 8, 1),
            Contestant.Onnx(OnnxExport.Of(large, more).ToBytes(), 8, 1),
            Contestant.Torch(small, less, 8, torch.CPU),
            Contestant.Torch(large, more, 8, torch.CPU),
            Contestant.Torch(large, more, 8, torch.CPU, bfloat16: true),
        ];
        var seen = 0;
        var timings = LatencyRace.Run(contestants, 15, (done, all) => seen = done == all ? all : seen);
        Assert.Equal(15 + LatencyRace.WarmUp, seen);
        Assert.All(timings, t => Assert.True(t.P10 <= t.Median && t.Median <= t.P90 && t.Runs == 15));
        Assert.True(timings[0].Median < timings[1].Median);
        Assert.True(timings[2].Median < timings[3].Median);
        foreach (var contestant in contestants)
            contestant.Dispose();
    }

    [Fact]
    public void Time_is_found_for_every_layer_that_multiplies()
    {
        foreach (var name in (string[])["chain", "residual", "dense", "depthwise", "grouped", "excitation"])
        {
            var network = Topologies.All[name];
            using var weights = Drawn.Weights(network);
            var model = OnnxExport.Of(network, weights).ToBytes();
            var layers = LatencyRace.Layers(network, model, 16, 1);
            var convolutions = layers.Where(l => l.Layer.Kind.Layer is Convolution).ToArray();
            // Single ones may take less than a microsecond.
            Assert.True(convolutions.Average(l => l.Milliseconds > 0 ? 1.0 : 0) > 0.7, name);
            var whole = LatencyRace.Operators(model, 16, 1).Sum(o => o.Milliseconds);
            Assert.InRange(layers.Sum(l => l.Milliseconds), 0.2 * whole, 5 * whole);
        }
    }

    [Fact]
    public void What_cannot_be_timed_is_said()
    {
        var network = Vgg.Create("small", [4, 0, 4]);
        using var weights = Drawn.Weights(network);
        var model = OnnxExport.Of(network, weights);
        var fixedBatch = model with
        {
            Inputs = [model.Inputs[0] with { Sizes = [3, .. model.Inputs[0].Sizes.Skip(1)] }],
        };
        Assert.Contains(
            "takes 3 images",
            Assert.Throws<OnnxException>(() => Contestant.Onnx(fixedBatch.ToBytes(), 8, 1)).Message
        );
        Assert.Throws<OnnxException>(() => Contestant.Onnx([1, 2, 3], 1, 1));
    }
}
