using System.Text.Json.Nodes;

namespace SlimSharp.Tests.Cli;

/// <summary>What the demo claims, at its full length.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "long")]
public class DemoTests
{
    [Fact]
    public void The_demo_shows_what_the_penalty_is_for()
    {
        var folder = Path.Combine(Machine.Folder(), "demo");
        var (code, output, error) = Machine.RunSlim("demo", "--json", "--out", folder);
        Assert.Equal((0, ""), (code, error));
        var rows = output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)
            .Where(n => n["network"] is not null)
            .ToDictionary(
                n => (string)n["network"]!,
                n => (Accuracy: (double)n["accuracy"]!, Parameters: (long)n["parameters"]!)
            );
        var (dense, sparse) = (rows["dense, without penalty"], rows["trained with the penalty"]);
        var (cut, random, retrained) = (rows["cut"], rows["control: random channels cut"], rows["cut and retrained"]);
        // Before retraining, with at least half of the parameters gone.
        Assert.True(cut.Parameters <= 0.5 * dense.Parameters);
        Assert.True(sparse.Accuracy - cut.Accuracy <= 0.01);
        Assert.True(random.Accuracy <= 0.5);
        Assert.Equal(cut.Parameters, random.Parameters);
        // In 8-bit integers, as ONNX Runtime runs them.
        var shipped = JsonNode.Parse(
            output.Split('\n').Last(l => l.Contains("accuracyBefore", StringComparison.Ordinal))
        )!;
        Assert.Equal(retrained.Accuracy, (double)shipped["accuracyBefore"]!, 0.002);
        Assert.InRange((double)shipped["accuracy"]! - retrained.Accuracy, -0.01, 0.01);
        Assert.True((long)shipped["bytes"]! < 0.3 * (long)shipped["bytesBefore"]!);
        // After it, with at least 70 % gone.
        Assert.True(retrained.Parameters <= 0.3 * dense.Parameters);
        Assert.True(dense.Accuracy - retrained.Accuracy <= 0.01);
        // Fewer multiply-adds are less time, too.
        var times = output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)
            .Where(n => n["timeRatio"] is not null && (int)n["batch"]! == 64)
            .Select(n => (double)n["timeRatio"]!)
            .ToArray();
        Assert.Equal(3, times.Length); // dense, small, in 8 bits
        Assert.True(times[1] > 1.2);
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        // What trial cuts foretold holds on test images.
        var penalized = Path.Combine(folder, "sparse");
        var curve = JsonNode.Parse(File.ReadAllText(Path.Combine(penalized, "model.measures.json")))!["curve"]!;
        Assert.Equal(2000, (int)curve["images"]!);
        foreach (var ratio in (double[])[0.5, 0.7])
        {
            var cutFile = Path.Combine(folder, $"{ratio}.slim");
            Printed("prune", penalized, "--ratio", $"{ratio}", "--recalibrate", "--images", "512", "--out", cutFile);
            var foretold = curve["points"]!.AsArray().Single(p => (double)p!["ratio"]! == ratio)!["recalibrated"]!;
            Assert.InRange((double)Printed("evaluate", cutFile)["accuracy"]! - (double)foretold, -0.02, 0.02);
        }
    }

    private static JsonNode Printed(params string[] arguments)
    {
        var (code, output, error) = Machine.RunSlim([.. arguments, "--json"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
    }
}
