using CsCheck;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

public class OrthonormalityTests
{
    // One hidden layer of rows.Length filters with so many weights each, and a classifier.
    private static Model Hidden(double[][] rows)
    {
        var b = new NetworkBuilder("rows", new Shape(rows[0].Length, 1, 1));
        var x = b.Activation("relu", b.BatchNorm("bn", b.Convolution("rows", b.Input, rows.Length, kernel: 1)));
        var network = b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 2));
        using var single = Initialization.Draw(network, 1);
        var weights = single.Copy(torch.float64);
        weights["rows.weight"] = torch.tensor([.. rows.SelectMany(r => r)], [rows.Length, rows[0].Length, 1, 1]);
        return new(network, weights);
    }

    [Fact]
    public void What_is_measured_of_a_network_does_not_depend_on_the_sides_that_are_pulled()
    {
        using var model = Hidden([
            [1, 2, 0],
            [0, 1, 1],
        ]);
        using var published = new Orthonormality(model.Network, 1e-2, published: true);
        Assert.NotEqual(Orthonormality.Of(model)[0].Score, published.In(model)[0].Score);
        var measured = published.Measures(model).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(Orthonormality.Of(model)[0].Score, measured["orthogonality rows"]);
        Assert.Equal(published.Value(model), measured["orthonormality penalty"]);
    }

    [Fact]
    public void A_penalty_on_weights_that_selects_none_is_refused()
    {
        using var model = Hidden([
            [1],
        ]);
        Assert.Contains(
            "'nothing' selects none",
            Assert
                .Throws<TrainingException>(() =>
                    RegularizerText.MakeAll(
                        RegularizerText.ParseAll(["weights:penalty=l1,lambda=1e-5,of=nothing"]),
                        new(model, new TrainingOptions(), 1)
                    )
                )
                .Message
        );
    }

    // Σ|entries of WWᵀ − I|, and Σ|diagonal|/Σ|entries| of WWᵀ, by loops.
    private static (double Penalty, double Score) Rows(double[][] rows)
    {
        var (penalty, diagonal, all) = (0.0, 0.0, 0.0);
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows.Length; j++)
            {
                var product = rows[i].Zip(rows[j], (a, b) => a * b).Sum();
                penalty += Math.Abs(product - (i == j ? 1 : 0));
                all += Math.Abs(product);
                diagonal += i == j ? product : 0;
            }
        }
        return (penalty, diagonal / all);
    }

    private static double[][] Transposed(double[][] rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c => rows.Select(r => r[c]).ToArray())];

    private static Orthogonality Measured(double[][] rows)
    {
        using var model = Hidden(rows);
        return Orthonormality.Of(model).Single();
    }

    public static TheoryData<double[][], double, double> Worked =>
        new()
        {
            {
                [
                    [1, 0, 0],
                    [0, 1, 0],
                    [0, 0, 1],
                ],
                0,
                1
            },
            {
                [
                    [2, 0],
                    [0, 2],
                ],
                6,
                1
            },
            {
                [
                    [1, 1],
                    [1, -1],
                ],
                2,
                1
            },
            {
                [
                    [1, 0],
                    [1, 0],
                ],
                2,
                0.5
            },
            // Three filters of two numbers cannot be orthonormal; the two columns can: 1, where WWᵀ has 2.
            {
                [
                    [1, 0],
                    [0, 1],
                    [1, 0],
                ],
                1,
                1
            },
        };

    [Theory]
    [MemberData(nameof(Worked))]
    public void Penalty_and_score_are_what_a_hand_computes(double[][] rows, double penalty, double score)
    {
        var measured = Measured(rows);
        Assert.Equal(penalty, measured.Penalty, 1e-12);
        Assert.Equal(score, measured.Score, 1e-12);
    }

    [Fact]
    public void The_smaller_side_of_any_matrix_is_taken_and_neither_order_nor_signs_of_filters_matter() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5])
            .SelectMany((n, k) => Gen.Double[-2, 2].Array[k].Array[n])
            .Sample(
                rows =>
                {
                    var (penalty, score) = Rows(rows.Length > rows[0].Length ? Transposed(rows) : rows);
                    double[][] turned =
                    [
                        .. rows.Reverse().Select((r, i) => i % 2 == 0 ? r : r.Select(v => -v).ToArray()),
                    ];
                    foreach (var same in new[] { rows, turned })
                    {
                        var measured = Measured(same);
                        Assert.Equal(penalty, measured.Penalty, 1e-9);
                        Assert.Equal(double.IsNaN(score) ? 1 : score, measured.Score, 1e-9);
                    }
                },
                iter: 60
            );

    [Fact]
    public void Layers_weigh_as_the_root_of_their_size_and_one_together()
    {
        var b = new NetworkBuilder("two", new Shape(8, 4, 4));
        var x = b.Convolution("b", b.Convolution("a", b.Input, 64), 256);
        using var two = new Model(b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 2)));
        Assert.Equal([1.0 / 3, 2.0 / 3], Orthonormality.Of(two).Select(l => l.Weight), Close);
        foreach (
            var network in new[] { ZooEntry.Get("mobilenetv1-ortho", 10, 0.25), ZooEntry.Get("resnet20b", 10, 0.5) }
        )
        {
            using var model = new Model(network);
            Assert.Equal(1, Orthonormality.Of(model).Sum(l => l.Weight), 1e-12);
        }
    }

    [Fact]
    public void Many_filters_are_measured_block_by_block_as_loops_do()
    {
        var random = new Random(4);
        foreach (var (n, k) in new[] { (300, 310), (140, 131) })
        {
            double[][] rows = [.. Enumerable.Range(0, n).Select(_ => Draw(random, k))];
            var (penalty, score) = Rows(n > k ? Transposed(rows) : rows);
            var measured = Measured(rows);
            Assert.Equal(1, measured.Penalty / penalty, 1e-10);
            Assert.Equal(score, measured.Score, 1e-10);
        }

        static double[] Draw(Random random, int count) =>
            [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }

    [Fact]
    public void Of_three_filters_with_two_numbers_the_other_side_would_have_twice_as_much() =>
        Assert.Equal(
            2,
            Rows([
                [1, 0],
                [0, 1],
                [1, 0],
            ]).Penalty
        );

    [Fact]
    public void Training_with_it_makes_filters_of_every_layer_more_orthogonal()
    {
        var set = DataSource
            .Read(new() { Path = Machine.SamplePath, Validation = 0 })
            .Train!.Subset([.. Enumerable.Range(0, 320)]);
        var network = Vgg.Create("tiny", [16, 0, 16, 0, 16], 10, new Shape(1, 28, 28));
        var options = new TrainingOptions
        {
            Epochs = 6,
            BatchSize = 32,
            Seed = 5,
        };
        IReadOnlyList<Orthogonality> Trained(params Regularizer[] methods)
        {
            using var model = new Model(network, 5);
            new Trainer(options, methods).Train(model, set, null, Normalization.Of(set));
            return Orthonormality.Of(model);
        }
        using var penalty = new Orthonormality(network, 0.1);
        var (without, with) = (Trained(), Trained(penalty));
        Assert.All(with.Zip(without), p => Assert.True(p.First.Score > 1.25 * p.Second.Score, $"{p}"));
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-9;

    [Fact]
    public void Every_layer_but_the_classifier_is_pulled_and_no_normalisation()
    {
        using var vgg = new Model(ZooEntry.Get("vgg13-ortho", 10, 0.25));
        using var penalty = new Orthonormality(vgg.Network, 0.01);
        Assert.Equal(10, penalty.In(vgg).Count);
        Assert.Equal(vgg.Network["features.0"].Name, penalty.In(vgg)[0].Layer);
        Assert.Equal(28, penalty.In(vgg)[0].Columns); // the bias is one of them
        Assert.Equal(20, penalty.Undecayed.Count);
        Assert.DoesNotContain(penalty.Undecayed, n => n.StartsWith("classifier", StringComparison.Ordinal));
        var lonely = new NetworkBuilder("lonely", new Shape(3, 4, 4));
        var network = lonely.Build(lonely.Linear("classifier", lonely.GlobalAveragePool("pool", lonely.Input), 2));
        Assert.Contains(
            "no filters to make orthonormal",
            Assert.Throws<TrainingException>(() => new Orthonormality(network, 0.01)).Message,
            StringComparison.Ordinal
        );
    }

    // More filters than numbers in one, fewer, a bias, depthwise, pointwise, a shortcut, a linear layer.
    private static Network Mixed()
    {
        var b = new NetworkBuilder("mixed", new Shape(2, 4, 4));
        var x = b.Node("wide", new Convolution(24, 3) { Bias = true, Padding = 1 }, b.Input);
        x = b.Activation("relu", b.BatchNorm("bn", x));
        var y = b.Node("tall", new Convolution(5, 3) { Bias = true, Padding = 1 }, x);
        y = b.Convolution("depthwise", y, 5, groups: 5);
        x = b.Add("add", y, b.Convolution("shortcut", x, 5, kernel: 1));
        x = b.Node("up", new TransposedConvolution(4, 2), x);
        x = b.Linear("hidden", b.GlobalAveragePool("pool", x), 6);
        return b.Build(b.Linear("classifier", b.Activation("gelu", x), 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_are_the_differences_of_the_penalty(bool published)
    {
        var network = Mixed();
        using var single = Initialization.Draw(network, 3);
        using var model = new Model(network, single.Copy(torch.float64));
        using var penalty = new Orthonormality(network, 0.3, published);
        using var still = torch.no_grad();
        var trained = network.Parameters().Where(p => p.Parameter.IsTrained).Select(p => p.Name).ToArray();
        foreach (var name in trained)
            model[name].grad = torch.zeros_like(model[name], requires_grad: false);
        penalty.OnGradients(model, new StepInfo(0, 0, 0.1, 1));
        foreach (var name in trained)
        {
            using var flat = model[name].view(-1);
            using var gradient = model[name].grad!;
            var ours = gradient.flatten().data<double>().ToArray();
            for (var i = 0; i < ours.Length; i += 1 + ours.Length / 7)
            {
                const double Step = 1e-6;
                var at = flat[i].item<double>();
                double With(double value)
                {
                    flat[i] = torch.tensor(value, torch.float64);
                    return penalty.Value(model);
                }
                var slope = (With(at + Step) - With(at - Step)) / (2 * Step);
                With(at);
                Assert.Equal(slope, ours[i], 1e-6);
            }
        }
    }

    [Fact]
    public void Where_an_entry_is_zero_its_slope_is_zero()
    {
        using var model = Hidden([
            [1, 0],
            [1, 0],
        ]);
        using var penalty = new Orthonormality(model.Network, 1);
        var weight = model["rows.weight"];
        weight.grad = torch.zeros_like(weight, requires_grad: false);
        penalty.OnGradients(model, new StepInfo(0, 0, 0.1, 1));
        // Only the product of the two is not what it should be: each is pulled along the other, twice.
        Assert.Equal([2, 0, 2, 0], weight.grad!.flatten().data<double>().ToArray());
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("decay:strength=0.1,of=weight+scale momentum:share=0.9")]
    public void What_is_pulled_does_not_decay_and_as_published_nothing_does(string text)
    {
        foreach (var published in new[] { false, true })
        {
            using var model = new Model(Mixed(), 5);
            using var before = model.CopyWeights();
            using var penalty = new Orthonormality(model.Network, 0.01, published);
            using var state = new TrainingState(model, Optimizer.Parse(text), penalty);
            foreach (var (name, _, parameter) in model.Network.Parameters())
            {
                if (parameter.IsTrained)
                    model[name].grad = torch.zeros_like(model[name], requires_grad: false);
            }
            state.Step(0.1);
            bool IsMoved(string name) => !model[name].equal(before[name]).all().item<bool>();
            Assert.All(penalty.Undecayed, name => Assert.False(IsMoved(name), name));
            Assert.All(new[] { "classifier.weight", "bn.weight" }, name => Assert.Equal(!published, IsMoved(name)));
        }
    }

    [Fact]
    public void Frozen_filters_are_passed_over()
    {
        using var model = new Model(Mixed(), 5);
        using var penalty = new Orthonormality(model.Network, 0.01);
        model["tall.weight"].grad = torch.zeros_like(model["tall.weight"], requires_grad: false);
        penalty.OnGradients(model, new StepInfo(0, 0, 0.1, 1));
        Assert.True(model["tall.weight"].grad!.abs().sum().item<float>() > 0);
        Assert.Null(model["wide.weight"].grad);
    }
}
