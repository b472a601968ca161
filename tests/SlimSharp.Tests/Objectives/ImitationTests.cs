using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Objectives;

public class ImitationTests
{
    private static double[] Softmax(ReadOnlySpan<double> z, double temperature)
    {
        double[] e = [.. z.ToArray().Select(v => Math.Exp(v / temperature))];
        return [.. e.Select(v => v / e.Sum())];
    }

    [Fact]
    public void The_loss_is_the_divergence_of_logits_and_the_relative_error_of_nodes()
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = Samples.Model(Samples.Single(), seed: 1);
        using var student = Samples.Model(Samples.Single(), seed: 2);
        const double T = 3;
        var objective = new Imitation(teacher)
        {
            Temperature = T,
            LogitsWeight = 0.5,
            NodeWeights = new Dictionary<string, double> { ["act"] = 0.25 },
        };
        var x = Samples.Normal(4, 6, Samples.Inputs);
        using var batch = objective.Prepare(new(Samples.Named(("x", x)), Samples.Named(), [0, 1, 2, 3, 4, 5]));
        var values = student.Run(batch.InputsFor(student), ["one", "act"], mode: RunMode.Evaluation);
        var taught = teacher.Run(Samples.Named(("input", x)), ["one", "act"], mode: RunMode.Evaluation);
        var (s, t) = (Numbers.Read(values["one"]), Numbers.Read(taught["one"]));
        var divergence = Enumerable
            .Range(0, 6)
            .Average(i =>
            {
                var (p, q) = (Softmax(t.AsSpan(3 * i, 3), T), Softmax(s.AsSpan(3 * i, 3), T));
                return p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
            });
        var (a, b) = (Numbers.Read(values["act"]), Numbers.Read(taught["act"]));
        var relative = a.Zip(b, (u, v) => (u - v) * (u - v)).Sum() / b.Sum(v => v * v);
        Assert.Equal(
            0.5 * T * T * divergence + 0.25 * relative,
            Numbers.Single(objective.Loss(student.Network, batch, values)),
            1e-12
        );
        var sums = new double[2];
        objective.AddMeasures(student.Network, batch, values, sums);
        var agreeing = Enumerable
            .Range(0, 6)
            .Count(i =>
                s[(3 * i)..(3 * i + 3)].Index().MaxBy(v => v.Item).Index
                == t[(3 * i)..(3 * i + 3)].Index().MaxBy(v => v.Item).Index
            );
        Assert.Equal(agreeing, sums[0]);
        Assert.Equal(6 * relative, sums[1], 1e-12);
        Assert.Equal(["agreement", "relative error act"], objective.Measures(student.Network).Select(m => m.Name));
    }

    [Fact]
    public void A_smaller_network_learns_from_images_without_labels()
    {
        using var scope = torch.NewDisposeScope();
        var pixels = new byte[256 * 16];
        new Random(1).NextBytes(pixels);
        var set = new ImageSet("pictures", new Shape(1, 4, 4), pixels);
        Assert.False(set.HasLabels);
        Network Net(int hidden)
        {
            var b = new NetworkBuilder($"net{hidden}", set.Shape);
            var x = b.Linear("hidden", b.Flatten("flat", b.Input), hidden);
            return b.Build(b.Linear("one", b.Activation("act", x), 3));
        }
        using var teacher = new Model(Net(16), seed: 1);
        using var student = new Model(Net(8), seed: 2);
        var objective = new Imitation(teacher) { Temperature = 1 };
        var (rest, held) = set.HoldOut(0.25, 7);
        Assert.Equal((192, 64), (rest.Count, held.Count));
        var options = Samples.Options(epochs: 30, batch: 16) with { Augmentation = Augmentation.None };
        var end = new Trainer(options) { Objective = objective }.Train(student, rest, held, Normalization.Unit(1));
        Assert.True(end.Best > 0.85, $"{end.Best}");
        Assert.True(end.History[^1].ValidationLoss < 0.2 * end.History[0].TrainLoss);
    }

    [Fact]
    public void Of_itself_nothing_is_left_to_learn()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Samples.Model(Samples.Twofold(others: 5));
        var objective = new Imitation(model) { NodeWeights = new Dictionary<string, double> { ["act"] = 1 } };
        var x = Samples.Normal(4, 6, Samples.Inputs);
        var score = Evaluation.Of(
            model,
            new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named(), 3),
            objective
        );
        Assert.Equal(0, score.Loss, 1e-12);
        Assert.Equal(1, score.Measures["agreement"]);
        Assert.Equal(0, score.Measures["relative error act"]);
    }

    [Fact]
    public void What_cannot_be_imitated_is_said()
    {
        using var teacher = Samples.Model(Samples.Twofold());
        using var x = Samples.Normal(4, 6, Samples.Inputs);
        var source = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named(), 3);
        string Said(Imitation objective, Network network) =>
            Assert.Throws<DataException>(() => objective.Check(network, source)).Message;
        Assert.Contains("has 2 outputs, but single has 1", Said(new(teacher), Samples.Single()));
        Assert.Contains("'other' of twofold is 4, but 'other' of the teacher", Said(new(teacher), Samples.Twofold(4)));
        var nodes = new Dictionary<string, double> { ["nowhere"] = 1 };
        Assert.Contains("no node 'nowhere'", Said(new(teacher) { NodeWeights = nodes }, Samples.Twofold()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Imitation(teacher) { Temperature = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Imitation(teacher) { LogitsWeight = -1 });
    }
}
