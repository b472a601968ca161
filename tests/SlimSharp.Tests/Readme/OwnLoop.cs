using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Zoo;
using TorchSharp;
using static TorchSharp.torch;

namespace SlimSharp.Tests.Readme;

/// <summary>The README's snippet, between the two marks word for word.</summary>
internal static class OwnLoop
{
    internal static void Run(IEnumerable<(Tensor Images, Tensor Labels)> batches, string path)
    {
        // <snippet>
        LibTorch.EnsureLoaded(); // before the first torch call; see "What is supported where"

        using var model = new Model(Vgg.Create(16, classes: 10, width: 0.25)); // any module with BatchNorm will do
        var optimizer = optim.SGD(model.parameters(), 0.1, momentum: 0.9, weight_decay: 1e-4);
        using var penalty = new ScalePenalty(new TransformedL1(a: 1), lambda: 1e-3);

        model.train();
        foreach (var (images, labels) in batches)
        {
            using var scope = NewDisposeScope();
            var loss = nn.functional.cross_entropy(model.call(images), labels);
            optimizer.zero_grad();
            loss.backward();
            penalty.AddGradients(model); // λ·J'(γ) on every BatchNorm scale
            optimizer.step();
        }

        var plan = Planner.Plan(model, new PlanOptions { Target = new PlanTarget.Macs(0.5) }); // nothing is cut yet
        Console.WriteLine(plan.Explain());
        using var cut = Surgeon.Apply(model, plan); // throws if masked and cut network differ
        cut.Save(path); // with plan and certificate; loads anywhere: SlimFile.Load(path).ToModel()
        // </snippet>
    }
}
