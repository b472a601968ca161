using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Training;

/// <summary>What the published implementation computed on small networks of its families, step by step in float64.</summary>
public class ReferenceTests
{
    private static readonly Dictionary<string, Network> Networks = new()
    {
        ["vgg11-slim"] = Vgg.Create("vgg11-slim", [8, 0, 16, 0, 24, 24, 0, 32, 32, 0, 32, 32]),
        ["preresnet20"] = PreActResNet.Create(20),
        ["densenet10"] = DenseNet.Create(10),
    };

    private static readonly string[] Penalties =
    [
        "none",
        "L1",
        "Lp-0.5",
        "Lp-0.75",
        "TL1-0.5",
        "TL1-1",
        "MCP-80",
        "SCAD-60",
    ];

    public static TheoryData<string, string> Cases => [.. from n in Networks.Keys from p in Penalties select (n, p)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_and_pruning_give_the_published_numbers(string network, string name)
    {
        var folder = Machine.SharedPath("reference", "slimming");
        using var scope = torch.NewDisposeScope();
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, $"{network}.json")));
        var run = json
            .RootElement.EnumerateArray()
            .Single(r => r.GetProperty("case").GetString() == $"{network}.{name}");
        var (batches, _) = SafeTensors.Read(Path.Combine(folder, $"{network}.batches.safetensors"));
        using var model = Start(folder, network, out var theirs);
        var two = batches["x"][0][torch.TensorIndex.Slice(0, 2)].to(torch.float64);
        model.eval();
        Close(Rows(run.GetProperty("logits_before")), Numbers.Read(model.forward(two)));

        Close(Values(run.GetProperty("losses")), Train(model, Penalty(run), batches["x"], batches["y"]));

        model.eval();
        Close(Rows(run.GetProperty("logits_after")), Numbers.Read(model.forward(two)));
        var (scales, _) = SafeTensors.Read(Path.Combine(folder, $"{network}.{name}.scales.safetensors"));
        Assert.Equal(Networks[network].Nodes.Count(n => n.Layer is BatchNorm), scales.Count);
        Assert.All(scales, s => Close(Numbers.Read(s.Value), Numbers.Read(model[theirs[s.Key]])));
        foreach (var kind in new[] { "norms", "running_norms" })
        {
            foreach (var norm in run.GetProperty(kind).EnumerateObject())
                Assert.Equal(
                    1,
                    Math.Sqrt(Numbers.Read(model[theirs[norm.Name]]).Sum(v => v * v)) / norm.Value.GetDouble(),
                    1e-9
                );
        }
        foreach (var pruned in run.GetProperty("pruned").EnumerateArray())
            Prune(model, pruned, two);
    }

    private static void Prune(Model model, JsonElement expected, torch.Tensor two)
    {
        var plan = Planner.Plan(
            model,
            new() { Ratio = expected.GetProperty("ratio").GetDouble(), Trunk = Trunk.Selection }
        );
        Assert.Equal(1, plan.Threshold / expected.GetProperty("threshold").GetDouble(), 1e-9);
        var groups = ChannelGroups.Of(plan.Prepared());
        var ofNorm = model
            .Network.Nodes.Where(n => n.Layer is BatchNorm)
            .Select(n => groups.Single(g => g.Channels.ContainsKey(n.Name)));
        Assert.Equal(
            expected.GetProperty("kept_per_bn").EnumerateArray().Select(k => k.GetInt32()),
            ofNorm.Select(g => plan.Groups.Single(p => p.Group == g.Name).Kept.Length)
        );
        Assert.Equal(
            expected.GetProperty("removed").GetInt32(),
            plan.Groups.Where(g => g.Why != Planner.Unread).Sum(g => g.Units - g.Kept.Length)
        );
        using var cut = Surgeon.Apply(model, plan, two);
        var published = plan.PublishedCost();
        Assert.Equal(expected.GetProperty("params_official").GetInt64(), published.Parameters);
        Assert.Equal((long)expected.GetProperty("flops_official").GetDouble(), published.PublishedFlops);
        Assert.True(cut.Certificate.Parameters <= expected.GetProperty("params").GetInt64());
        cut.Model.eval();
        Close(Rows(expected.GetProperty("masked_logits")), Numbers.Read(cut.Model.forward(two)));
    }

    private static double[] Train(Model model, ScalePenalty? penalty, torch.Tensor x, torch.Tensor y)
    {
        using var state = new TrainingState(model, new Sgd(), []);
        model.train();
        var losses = new List<double>();
        for (var step = 0; step < x.shape[0]; step++)
        {
            var loss = F.cross_entropy(model.forward(x[step].to(torch.float64)), y[step]);
            losses.Add(Numbers.Single(loss));
            loss.backward();
            penalty?.AddGradients(model);
            state.Step(0.1, clipNorm: null);
        }
        return [.. losses];
    }

    // VGG's tensors in order of their numbers are ours in order of nodes; the other families have the published names.
    private static Model Start(string folder, string network, out Dictionary<string, string> names)
    {
        var (tensors, _) = SafeTensors.Read(Path.Combine(folder, $"{network}.init.safetensors"));
        string[] kinds = ["weight", "bias", "running_mean", "running_var"];
        var theirs = tensors
            .Keys.OrderBy(k => int.TryParse(k.Split('.')[1], out var n) ? n : 99)
            .ThenBy(k => Array.IndexOf(kinds, k.Split('.')[^1]));
        names =
            network == "vgg11-slim"
                ? theirs.Zip(Networks[network].Parameters()).ToDictionary(p => p.First, p => p.Second.Name)
                : tensors.Keys.ToDictionary(k => k);
        var weights = new Weights();
        foreach (var (key, tensor) in tensors)
            weights[names[key]] = tensor.to(torch.float64);
        return new(Networks[network], weights);
    }

    private static ScalePenalty? Penalty(JsonElement run)
    {
        var (kind, lambda, a) = (
            run.GetProperty("penalty").GetString(),
            run.GetProperty("lambda").GetDouble(),
            run.GetProperty("a").GetDouble()
        );
        Penalty? penalty = kind switch
        {
            "none" => null,
            "L1" => new L1(),
            "Lp" => new Lp(a),
            "TL1" => new TransformedL1(a),
            "MCP" => Mcp.Published(a, lambda),
            "SCAD" => Scad.Published(a, lambda),
            _ => throw new NotSupportedException(kind),
        };
        return penalty is null ? null : new(penalty, lambda);
    }

    private static double[] Values(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    private static double[] Rows(JsonElement array) => [.. array.EnumerateArray().SelectMany(Values)];

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var size = expected.Max(Math.Abs);
        Assert.All(
            expected.Zip(actual),
            p => Assert.True(Math.Abs(p.First - p.Second) <= 1e-9 * size, $"{p.First} against {p.Second}")
        );
    }
}
