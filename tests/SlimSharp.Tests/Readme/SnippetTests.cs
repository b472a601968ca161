using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Readme;

/// <summary>The code in docs/ is compiled, and runs.</summary>
[Collection(nameof(Alone))]
public class SnippetTests
{
    private static readonly string[] Pages = ["networks.md", "data.md", "training.md", "slimming.md", "latency.md"];

    [Fact]
    public void Code_of_the_pages_is_the_code_that_is_compiled_here()
    {
        var compiled = Trimmed(
            File.ReadAllText(Path.Combine(Machine.Root, "tests/SlimSharp.Tests/Readme/Snippets.cs"))
        );
        Assert.All(
            Pages,
            page =>
            {
                var parts = File.ReadAllText(Path.Combine(Machine.Root, "docs", page)).Split("```csharp\n");
                Assert.True(parts.Length > 1, $"{page} shows no code");
                Assert.All(parts.Skip(1), p => Assert.Contains(Trimmed(p.Split("```")[0]), compiled));
            }
        );
    }

    [Fact]
    public void It_runs()
    {
        var (output, folder) = (Console.Out, Directory.GetCurrentDirectory());
        Console.SetOut(TextWriter.Null);
        Directory.SetCurrentDirectory(Machine.Root);
        try
        {
            var (train, validation, test, normalization) = Snippets.Data();
            int[] few = [.. Enumerable.Range(0, 64)];
            var network = SlimSharp.Zoo.Vgg.Create(11, 10, 0.125, train.Shape);
            using var model = new Model(network);
            Snippets.Training(model, train.Subset(few), validation.Subset(few), test.Subset(few), normalization);
            var small = Path.Combine(Machine.Folder(), "small.slim");
            var macs = Snippets.Slimming(model, train.Subset(few), normalization, small);
            Assert.True(macs <= NetworkCost.Of(network).Macs / 2);
            using var file = SlimFile.Load(small);
            Assert.DoesNotContain(Verification.Of(file), c => c.Holds == false);
            using var wide = new Model(SlimSharp.Zoo.Vgg.Create("wide", [64, 0, 64, 0, 64], 10, train.Shape), 1);
            Snippets.Latency(wide);
            Carried();
            Learned();
            Assert.Equal(10, Snippets.Networks().Shapes["classifier"].Channels);
        }
        finally
        {
            Console.SetOut(output);
            Directory.SetCurrentDirectory(folder);
        }
    }

    // Numbers are learned as classes are.
    private static void Learned()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("line", new Shape(3));
        using var model = new Model(b.Build(b.Linear("line", b.Input, 1)), seed: 1);
        var x = torch.randn(64, 3);
        Snippets.Prices(
            model,
            new()
            {
                Epochs = 200,
                Optimizer = new SlimSharp.Training.Sgd { WeightDecay = 0 },
            },
            x,
            x.sum(1, keepdim: true)
        );
        Assert.True(model["line.weight"].sub(1).abs().max().item<float>() < 0.01);
    }

    // Weights of a module of TorchSharp's own, and a penalty on it.
    private static void Carried()
    {
        using var theirs = torch.nn.Sequential(
            ("conv", torch.nn.Conv2d(3, 16, 3, padding: 1, bias: false)),
            ("bn", torch.nn.BatchNorm2d(16)),
            ("relu", torch.nn.ReLU()),
            ("pool", torch.nn.AdaptiveAvgPool2d(1)),
            ("flat", torch.nn.Flatten()),
            ("fc", torch.nn.Linear(16, 10))
        );
        using var scope = torch.NewDisposeScope();
        var (images, labels) = (torch.randn(4, 3, 32, 32), torch.tensor([0L, 1, 2, 3]));
        var before = theirs.parameters().Select(p => p.detach().clone()).ToArray();
        Snippets.Foreign(theirs, images, labels); // scales have moved, and statistics are not those of a new module
        Assert.All(theirs.parameters().Zip(before), p => Assert.False(p.First.allclose(p.Second)));
        using var model = Snippets.Carried(theirs);
        theirs.eval();
        model.eval();
        Assert.True(model.forward(images).allclose(theirs.forward(images), rtol: 1e-4, atol: 1e-5));
    }

    private static string Trimmed(string text) => string.Join('\n', text.Trim().Split('\n').Select(l => l.Trim()));
}
