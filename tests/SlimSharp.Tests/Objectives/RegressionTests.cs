using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Objectives;

public class RegressionTests
{
    [Fact]
    public void A_linear_network_is_trained_to_least_squares()
    {
        using var scope = torch.NewDisposeScope();
        var (x, noise) = (Samples.Normal(1, 60, Samples.Inputs), Samples.Normal(2, 60, 2));
        var y = x.matmul(Samples.Normal(3, Samples.Inputs, 2)).add(noise);
        var b = new NetworkBuilder("line", new Shape(Samples.Inputs));
        using var model = Samples.Model(b.Build(b.Linear("line", b.Input, 2)));
        var source = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named((Regression.Target, y)), 60);
        var trainer = new Trainer(Samples.Options(epochs: 400, batch: 60)) { Objective = new Regression() };
        var end = trainer.Train(model, source, source);
        // Normal equations with a column of ones for the bias.
        var a = torch.cat([x, torch.ones(60, 1, torch.float64)], 1);
        var exact = torch.linalg.solve(a.t().matmul(a), a.t().matmul(y));
        var found = torch.cat([model["line.weight"].t(), model["line.bias"].unsqueeze(0)], 0);
        Assert.True(found.sub(exact).abs().max().item<double>() < 1e-6);
        var residual = a.matmul(exact).sub(y);
        Assert.Equal(residual.mul(residual).mean().item<double>(), end.History[^1].ValidationLoss!.Value, 1e-8);
        Assert.Equal(residual.abs().mean().item<double>(), end.History[^1].Validation!["absolute error"], 1e-6);
        Assert.Null(end.History[^1].ValidationAccuracy);
        Assert.Equal(end.History.Min(m => m.Validation!["absolute error"]), end.Best); // of errors, the least is best
    }

    [Fact]
    public void A_score_without_accuracy_can_be_printed_and_says_what_was_measured()
    {
        var score = new Score(0.25, new Dictionary<string, double> { ["absolute error"] = 0.5 }, 1200, 0.5);
        Assert.Equal("loss 0.25, absolute error 0.5 of 1,200 samples", $"{score}");
        var error = Assert.Throws<TrainingException>(() => score.Accuracy);
        Assert.Contains("what was: loss, absolute error", error.Message);
    }

    [Fact]
    public void Every_output_has_a_target_of_its_own_name_and_shape()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Samples.Model(Samples.Twofold());
        var x = Samples.Normal(1, 4, Samples.Inputs);
        TensorBatches Source(params (string, torch.Tensor)[] targets) =>
            new("mine", Samples.Named(("x", x)), Samples.Named(targets), 4);
        var (one, other) = (Samples.Normal(2, 4, 3), Samples.Normal(3, 4, 3));
        var score = Evaluation.Of(model, Source(("one", one), ("other", other)), new Regression());
        var values = model.Run(Samples.Named(("input", x)), mode: RunMode.Evaluation);
        double Squares(string output, torch.Tensor target) =>
            Numbers.Read(values[output]).Zip(Numbers.Read(target), (a, b) => (a - b) * (a - b)).Average();
        Assert.Equal(Squares("one", one) + Squares("other", other), score.Loss, 1e-12);
        var missing = Assert.Throws<DataException>(() => Evaluation.Of(model, Source(("one", one)), new Regression()));
        Assert.Contains("no target 'other'", missing.Message);
        var spread = Assert.Throws<DataException>(() =>
            Evaluation.Of(model, Source(("one", one), ("other", Samples.Normal(3, 4, 1))), new Regression())
        );
        Assert.Contains("is 4×1, but the output is 4×3", spread.Message);
    }
}
