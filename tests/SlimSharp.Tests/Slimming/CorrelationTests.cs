using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

/// <summary>
/// Correlations between channels, and what one has that others have not, against plain linear algebra.
/// </summary>
public class CorrelationTests
{
    private static readonly Network Vgg = SlimSharp.Zoo.Vgg.Create("tiny", [6, 0, 5], 10, new Shape(1, 28, 28));
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 70)]);
    private static readonly Normalization Norm = Normalization.Of(Set);

    // Rows of what a node gives for all images and positions, all at once.
    private static double[][] Rows(Model model, string node)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var batch = ImageBatches.InOrder(Set, Norm).Make([.. Enumerable.Range(0, Set.Count)]);
        model.eval();
        var value = model.Run(batch.InputsFor(model), [node])[node];
        var rows = (value.dim() == 4 ? value.permute(0, 2, 3, 1) : value).to(torch.float64).contiguous();
        return [.. rows.data<double>().ToArray().Chunk((int)rows.shape[^1])];
    }

    // The mean square of what is left of a column behind the best fit of others and a constant, by Gauss.
    private static double Left(double[][] rows, int column, int[] others)
    {
        var size = others.Length + 1;
        var system = new double[size, size + 1];
        double X(double[] row, int i) => i < others.Length ? row[others[i]] : 1;
        foreach (var row in rows)
        {
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                    system[i, j] += X(row, i) * X(row, j);
                system[i, size] += X(row, i) * row[column];
            }
        }
        for (var pivot = 0; pivot < size; pivot++)
        {
            for (var i = 0; i < size; i++)
            {
                var factor = system[i, pivot] / system[pivot, pivot];
                for (var j = pivot; i != pivot && j <= size; j++)
                    system[i, j] -= factor * system[pivot, j];
            }
        }
        double[] fit = [.. Enumerable.Range(0, size).Select(i => system[i, size] / system[i, i])];
        return rows.Average(r => Math.Pow(r[column] - fit.Select((f, i) => f * X(r, i)).Sum(), 2));
    }

    private static ChannelGroup Group(Network network, string node) =>
        ChannelGroups.Of(network).Single(g => g.Channels.ContainsKey(node));

    private static double[] Importance(Model model, string node, Correlations evidence)
    {
        using var weights = model.CopyWeights();
        return new ResidualCriterion().Of(
            Group(model.Network, node),
            new(new NetworkGraph(model.Network), weights, evidence)
        )!;
    }

    [Fact]
    public void Covariances_are_those_of_all_images_and_positions_at_once_and_need_no_labels()
    {
        using var model = new Model(Vgg, Drawn.Weights(Vgg, 2).Copy(torch.float64));
        var unlabelled = new ImageSet(
            Set.Name,
            Set.Shape,
            [.. Enumerable.Range(0, Set.Count).SelectMany(i => Set.Image(i).ToArray())]
        );
        var evidence = Correlations.Of(model, unlabelled, Norm);
        Assert.Equal(Set.Count, evidence.Images);
        foreach (var node in evidence.Nodes)
        {
            var rows = Rows(model, node);
            var channels = rows[0].Length;
            double[] means = [.. Enumerable.Range(0, channels).Select(c => rows.Average(r => r[c]))];
            double Expected(int i, int j) => rows.Average(r => (r[i] - means[i]) * (r[j] - means[j]));
            for (var i = 0; i < channels; i++)
            {
                for (var j = 0; j < channels; j++)
                {
                    var (own, other) = (Expected(i, i), Expected(j, j));
                    Assert.Equal(Expected(i, j), evidence.Covariance(node)[i, j], 1e-10 * (own + other) + 1e-13);
                    if (own > 0 && other > 0)
                        Assert.Equal(Expected(i, j) / Math.Sqrt(own * other), evidence.Between(node, i, j), 1e-9);
                }
            }
        }
    }

    [Fact]
    public void A_channel_is_worth_what_least_squares_leave_of_it_once_the_lesser_ones_are_gone()
    {
        using var model = new Model(Vgg, Drawn.Weights(Vgg, 2).Copy(torch.float64));
        var evidence = Correlations.Of(model, Set, Norm);
        var read = Vgg["block2.conv"].Inputs[0];
        var rows = Rows(model, read);
        var importance = Importance(model, "block1.conv", evidence);
        var (left, least) = (Enumerable.Range(0, 6).ToList(), 0.0);
        while (left.Count > 0)
        {
            var worth = left.ToDictionary(c => c, c => Math.Sqrt(Left(rows, c, [.. left.Where(o => o != c)])));
            var next = left.MinBy(c => worth[c]);
            least = Math.Max(least, worth[next]);
            Assert.Equal(least, importance[next], 1e-5 * worth.Values.Max());
            left.Remove(next);
        }
    }

    [Fact]
    public void Of_equal_channels_one_is_worth_nothing_and_the_other_all()
    {
        var weights = Drawn.Weights(Vgg, 2);
        using var still = torch.no_grad();
        foreach (
            var (name, node, _) in Vgg.Parameters()
                .Where(p => p.Node.Name.StartsWith("block1.", StringComparison.Ordinal))
        )
            weights[name][3] = weights[name][1];
        using var model = new Model(Vgg, weights.Copy(torch.float64));
        var evidence = Correlations.Of(model, Set, Norm);
        var read = Vgg["block2.conv"].Inputs[0];
        Assert.Equal(1, evidence.Between(read, 1, 3), 1e-9);
        var importance = Importance(model, "block1.conv", evidence);
        var (one, other) = (Math.Min(importance[1], importance[3]), Math.Max(importance[1], importance[3]));
        Assert.Equal(importance.Min(), one);
        Assert.True(one < 1e-3 * other, $"{one} and {other}");
        var alone = Math.Sqrt(Left(Rows(model, read), 1, [0, 2, 4, 5]));
        Assert.True(other > 0.99 * alone, $"{other} and {alone}");
        var plan = Planner.Plan(
            model,
            new()
            {
                Criterion = "residual",
                Target = new PlanTarget.Channels(ImmutableSortedDictionary<string, int>.Empty.Add("block1.conv", 5)),
            },
            evidence
        );
        Assert.Single(plan.Groups.Single(g => g.Group == Group(Vgg, "block1.conv").Name).Removed(), c => c is 1 or 3);
    }

    [Fact]
    public void Units_of_several_channels_go_together()
    {
        // Of a covariance of six channels in units of two: what is left of both, by eliminating the other four.
        var random = new Random(4);
        double[][] rows =
        [
            .. Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, 6).Select(_ => random.NextDouble()).ToArray()),
        ];
        foreach (var row in rows)
            row[5] = row[0] - 2 * row[3] + 0.1 * row[5];
        double[] means = [.. Enumerable.Range(0, 6).Select(c => rows.Average(r => r[c]))];
        var covariance = new double[6, 6];
        for (var i = 0; i < 36; i++)
            covariance[i / 6, i % 6] = rows.Average(r => (r[i / 6] - means[i / 6]) * (r[i % 6] - means[i % 6]));
        var all = new Elimination(covariance);
        double Of(int a, int b, params int[] others) => Left(rows, a, others) + Left(rows, b, others);
        Assert.Equal(Of(4, 5, 0, 1, 2, 3), all.Residual([4, 5]), 1e-8);
        Assert.Equal(Of(0, 3, 1, 2, 4, 5), all.Residual([0, 3]), 1e-8);
        all.Remove([1, 4]);
        Assert.Equal(Of(0, 3, 2, 5), all.Residual([0, 3]), 1e-8);
        Assert.Equal(Of(2, 5, 0, 3), all.Residual([2, 5]), 1e-8);
        Assert.Equal(Left(rows, 5, [0, 2, 3]), all.Residual([5]), 1e-8);
    }

    [Fact]
    public void Behind_a_flattening_channels_are_looked_at_where_they_are_images()
    {
        var b = new NetworkBuilder("flat", new Shape(1, 28, 28));
        var x = b.MaxPool("pool", b.Convolution("conv", b.Input, 3), 4);
        var network = b.Build(b.Linear("classifier", b.Flatten("flat", x), 10));
        using var model = new Model(network, 1);
        var evidence = Correlations.Of(model, Set, Norm, images: 16);
        Assert.Equal(["pool"], evidence.Nodes);
        Assert.Equal(3, Importance(model, "conv", evidence).Length);
    }
}
