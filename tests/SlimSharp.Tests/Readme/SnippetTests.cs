using SlimSharp.Models;
using SlimSharp.Networks;

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
            Assert.True(Snippets.Slimming(model, train.Subset(few), normalization) <= NetworkCost.Of(network).Macs / 2);
            using var wide = new Model(SlimSharp.Zoo.Vgg.Create("wide", [64, 0, 64, 0, 64], 10, train.Shape), 1);
            Snippets.Latency(wide);
            Assert.Equal(10, Snippets.Networks().Shapes["classifier"].Channels);
        }
        finally
        {
            Console.SetOut(output);
            Directory.SetCurrentDirectory(folder);
        }
    }

    private static string Trimmed(string text) => string.Join('\n', text.Trim().Split('\n').Select(l => l.Trim()));
}
