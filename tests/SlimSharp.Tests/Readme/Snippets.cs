using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Onnx;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Readme;

// csharpier-ignore-start

/// <summary>The code of the pages in docs/, word for word.</summary>
internal static class Snippets
{
    internal static Network Networks()
    {
        var b = new NetworkBuilder("mine", new Shape(3, 32, 32));
        var x = b.ConvBnRelu("stem", b.Input, 16);
        var y = b.ConvBnRelu("block.a", x, 8);
        y = b.BatchNorm("block.b.bn", b.Convolution("block.b.conv", y, 16));
        x = b.Activation("block.relu", b.Add("block.add", x, y));
        var network = b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 10));

        using var model = new Model(network); // a TorchSharp Module<Tensor, Tensor>
        Console.WriteLine($"{NetworkCost.Of(network).Parameters:N0} parameters, {NetworkCost.Of(network).Macs:N0} multiply-adds");
        foreach (var group in ChannelGroups.Of(network)) // stem and block.b fall together: a sum couples them
            Console.WriteLine(group.Name);
        return network;
    }

    internal static Model Carried(torch.nn.Module<torch.Tensor, torch.Tensor> theirs)
    {
        var b = new NetworkBuilder("mine", new Shape(3, 32, 32)); // what their forward() does, under their names
        var x = b.Activation("relu", b.BatchNorm("bn", b.Convolution("conv", b.Input, 16)));
        var network = b.Build(b.Linear("fc", b.GlobalAveragePool("pool", x), 10));

        var weights = NameMap.Match("theirs", network, theirs.state_dict()); // names what is missing, left over or misshapen
        var model = new Model(network, weights); // the weights are its own from now on
        return model;
    }

    internal static (ImageSet Train, ImageSet Validation, ImageSet Test, Normalization Normalization) Data()
    {
        var data = DataSource.Read(new DataOptions { Path = "data/fashion-mnist", Pad = 32 });
        var (train, validation, test) = (data.Train!, data.Validation!, data.Test!);
        var normalization = data.NormalizationForTraining();
        return (train, validation, test, normalization);
    }

    internal static void Training(
        Model model,
        ImageSet train,
        ImageSet validation,
        ImageSet test,
        Normalization normalization
    )
    {
        var options = new TrainingOptions
        {
            Epochs = 30,
            LearningRate = new CosineDecay { Initial = 0.1 },
            Optimizer = new Sgd { Momentum = 0.9, WeightDecay = 1e-4 },
        };
        using var penalty = new ScalePenalty(new TransformedL1(a: 1), lambda: 1e-3);
        new Trainer(options, penalty).Train(model, train, validation, normalization);
        Console.WriteLine(Evaluation.Of(model, test, normalization).Accuracy);
    }

    internal static void Prices(Model model, TrainingOptions options, torch.Tensor features, torch.Tensor prices)
    {
        var source = new TensorBatches(
            "prices",
            new Dictionary<string, torch.Tensor> { ["x"] = features },
            new Dictionary<string, torch.Tensor> { [Regression.Target] = prices },
            size: 64
        );
        var trainer = new Trainer(options) { Objective = new Regression() };
        Console.WriteLine(trainer.Train(model, source).History[^1].Train["absolute error"]);
    }

    internal static void Foreign(
        torch.nn.Module<torch.Tensor, torch.Tensor> module,
        torch.Tensor images,
        torch.Tensor labels
    )
    {
        const double rate = 0.05, momentum = 0.9;
        using var optimizer = torch.optim.SGD(module.parameters(), rate, momentum: momentum);
        var prox = new ProximalPenalty(new TransformedL1(a: 1), lambda: 1e-3);                         // one of the two
        using var splitting = new ProximalSplitting(module, new L1(), lambda: 0.1, coupling: 100);

        using var scope = torch.NewDisposeScope();
        var loss = torch.nn.functional.cross_entropy(module.call(images), labels);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        prox.Shrink(module, rate / (1 - momentum)); // after the step: scales become exactly 0
        splitting.Update(module, alpha: 1 / rate);  // or: both updates, of the scales and of their auxiliary ones
    }

    internal static long Slimming(Model model, ImageSet train, Normalization normalization, string path)
    {
        var options = new PlanOptions { Target = new PlanTarget.Macs(0.5), RoundTo = 8, MinChannels = 4 };
        var plan = Planner.Plan(model, options);
        Console.WriteLine(plan.Explain()); // per layer before, after and why; the largest safe ratio; warnings
        using var cut = Surgeon.Apply(model, plan);
        Recalibration.Run(cut.Model, train, normalization); // BatchNorm statistics of what is left
        cut.Save(path, normalization, train.Classes); // network, weights, plan, certificate and probe in one file
        return cut.Certificate.Macs;
    }

    internal static void Latency(Model model)
    {
        var layers = LayerUse.Of(model.Network);
        var asked = LatencyGrid.Empty(threads: 1, batch: 1).With(layers);
        var (table, disturbance) = new LatencyProbe(threads: 1, batch: 1).Measure(asked);
        Console.WriteLine(disturbance is null ? "measured on a quiet machine" : $"not to be kept: {disturbance}");
        var target = new PlanTarget.Latency(table.Milliseconds(layers) / 1.5);
        var plan = LatencyPlanner.Plan(model, new PlanOptions { Target = target }, table);
        using var cut = Surgeon.Apply(model, plan);
        using var before = Contestant.Onnx(LayerUse.Drawn(model.Network), batch: 1, threads: 1);
        using var after = Contestant.Onnx(LayerUse.Drawn(cut.Model.Network), batch: 1, threads: 1);
        var times = LatencyRace.Run([before, after], runs: 50);
        Console.WriteLine($"{times[0].Median:F3} ms, {times[1].Median:F3} ms");
    }
}
// csharpier-ignore-end
