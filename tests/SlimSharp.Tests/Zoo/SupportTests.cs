using System.Text;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Zoo;

/// <summary>docs/support.md is what the networks do; SLIMSHARP_UPDATE=1 writes it anew.</summary>
public class SupportTests
{
    private const string Introduction = """
        # What is supported, what is refused, and why

        Written by the test `SupportTests`, which does all of it: every network at a quarter of its widths (large ones for images of 64×64) with random weights is planned,
        cut under the certificate, stored, loaded and trained a step on. `SLIMSHARP_UPDATE=1 ./test -class SlimSharp.Tests.Zoo.SupportTests` writes this page anew.

        | column | what is done |
        |---|---|
        | ratio | half of all scales, by the global rule; coupled channels fall together |
        | MACs | cut until at most 40 % of the multiply-adds are left |
        | selection | half of all scales, each reader of a trunk selecting its own; – where there is no trunk |
        | blocks | 60 % of all scales, blocks that are emptied becoming identities; – where nothing adds |
        | twice | the cut network planned and cut again |
        | file | stored as `.slim` and loaded to the same outputs |
        | training | a step of SGD on the cut network, all weights finite |


        """;

    private const string Refusals = """

        Refused, each with a sentence that names the place:

        | what | why |
        |---|---|
        | channels of the inputs and outputs | others decide how many there are |
        | channels that a LayerNorm reads | its statistics are taken over all of them; cut, the others would change |
        | some channels of a GroupNorm's group | likewise; whole groups can go |
        | a layer's last channel | nothing would be left to read; with `--empty-blocks` the whole block goes, if what it adds is a constant |
        | networks that others wrote as TorchSharp modules | they hide their wiring: write them down with `NetworkBuilder`, a line per layer |
        """;

    [Fact]
    public void The_page_on_support_says_what_the_networks_do()
    {
        var text = new StringBuilder(Introduction).AppendLine("## Networks of the zoo").AppendLine();
        Table(
            text,
            ZooEntry.All.Select(e =>
                (e.Name, e.Create(10, 0.25, e.Usual.Height > 96 ? e.Usual with { Height = 64, Width = 64 } : e.Usual))
            )
        );
        text.AppendLine().AppendLine("## Ways in which channels are coupled").AppendLine();
        Table(text, Topologies.All.Where(t => t.Value.Inputs.Count() == 1).Select(t => (t.Key, t.Value)));
        text.AppendLine(Refusals);
        var page = text.ToString().ReplaceLineEndings("\n");
        var path = Path.Combine(Machine.Root, "docs", "support.md");
        if (Environment.GetEnvironmentVariable("SLIMSHARP_UPDATE") == "1")
            File.WriteAllText(path, page);
        Assert.Equal(File.ReadAllText(path), page);
        Assert.DoesNotContain("refused:", page);
    }

    private static void Table(StringBuilder text, IEnumerable<(string Name, Network Network)> networks)
    {
        text.AppendLine("| network | ratio | MACs | selection | blocks | twice | file | training | frozen |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, network) in networks)
            text.AppendLine($"| {name} | {string.Join(" | ", Row(network))} |");
    }

    private static IEnumerable<string> Row(Network network)
    {
        using var model = new Model(network, Drawn.Weights(network, 1));
        var half = new PlanOptions { Target = new PlanTarget.Ratio(0.5) };
        yield return Try(() => Cut(model, half));
        yield return Try(() => Cut(model, new() { Target = new PlanTarget.Macs(0.4) }));
        yield return ChannelSelection.Sites(network).Any()
            ? Try(() => Cut(model, half with { Trunk = Trunk.Selection }))
            : "–";
        yield return network.Nodes.Any(n => n.Layer is Add)
            ? Try(() => Cut(model, new() { Target = new PlanTarget.Ratio(0.6), EmptyBlocks = true }))
            : "–";

        using var once = Surgeon.Apply(model, Planner.Plan(model, half));
        yield return Try(() => Cut(once.Model, new() { Target = new PlanTarget.Ratio(0.3) }));
        yield return Try(() => StoreAndLoad(once.Model));
        yield return Try(() => TrainAStep(once.Model));
        string[] frozen =
        [
            .. ChannelGroups
                .Of(network)
                .Where(g => g.FrozenBecause?.Kind == FrozenKind.Layer)
                .Select(g => $"{g.Name}: {g.FrozenBecause}"),
        ];
        yield return frozen.Length == 0 ? "" : string.Join("; ", frozen);
    }

    private static string Try(Action act)
    {
        try
        {
            act();
            return "✓";
        }
        catch (SlimSharpException e)
        {
            return $"refused: {e.Message}";
        }
    }

    private static void Cut(Model model, PlanOptions options)
    {
        using var cut = Surgeon.Apply(model, Planner.Plan(model, options));
        Assert.True(cut.Certificate.Agrees);
        Assert.True(cut.Certificate.Parameters < NetworkCost.Of(model.Network).Parameters);
    }

    private static void StoreAndLoad(Model model)
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        using (var file = new SlimFile { Network = model.Network, Weights = model.CopyWeights() })
            file.Save(path);
        using var loaded = SlimFile.Load(path);
        using var again = loaded.ToModel();
        using var scope = torch.NewDisposeScope();
        model.eval();
        again.eval();
        var x = torch.randn(model.Network.Shapes["input"].Sizes(2));
        Assert.Equal(0, Numbers.RelativeDifference(again.forward(x), model.forward(x)));
    }

    private static void TrainAStep(Model model)
    {
        using var scope = torch.NewDisposeScope();
        using var state = new TrainingState(model, new Sgd(), []);
        model.train();
        var x = torch.randn(model.Network.Shapes["input"].Sizes(4));
        var outputs = model.Run(new Dictionary<string, torch.Tensor> { ["input"] = x });
        outputs.Values.Select(o => o.mul(o).mean()).Aggregate((a, b) => a + b).backward();
        state.Step(1e-3, clipNorm: 1);
        Assert.All(model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));
    }
}
