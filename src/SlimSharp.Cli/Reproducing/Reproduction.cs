using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Cli;

/// <summary>
/// Official mode: trains and prunes in float64, from given initial tensors on a fixed list of batches, as the published
/// implementation of network slimming with nonconvex penalties does, and compares with what it computed.
/// </summary>
/// <remarks>
/// A folder holds, for every network NAME, <c>NAME.init.safetensors</c> (initial tensors),
/// <c>NAME.batches.safetensors</c> (x: steps×batch×C×H×W, y: steps×batch), <c>NAME.json</c> (per case: penalty, losses,
/// logits, norms, pruning) and <c>NAME.PENALTY.scales.safetensors</c>; or, for proximal splitting,
/// <c>NAME.splitting.json</c>, <c>NAME.xi0.safetensors</c> and <c>NAME.splitting-λ-β.safetensors</c>, with the initial
/// tensors and batches in the folder <c>slimming</c> beside it. For OrthoReg, see <see cref="OrthoReference"/>.
/// </remarks>
internal static class Reproduction
{
    private const double Rate = 0.1;

    /// <summary>The cases of a folder.</summary>
    /// <exception cref="FileFormatException">There is none.</exception>
    internal static IReadOnlyList<string> Cases(string folder)
    {
        if (!Directory.Exists(folder))
            throw new FileFormatException($"There is no folder '{folder}'.");
        string[] cases =
        [
            .. from file in Directory.GetFiles(folder, "*.init.safetensors").Order(StringComparer.Ordinal)
            let network = Path.GetFileName(file)[..^".init.safetensors".Length]
            where File.Exists(Path.Combine(folder, $"{network}.json"))
            where !OrthoReference.Names(folder).Contains(network)
            from run in Runs(folder, network)
            select run.GetProperty("case").GetString()!,
            .. SplittingReproduction.Cases(folder),
            .. OrthoReproduction.Cases(folder),
        ];
        return cases.Length > 0
            ? cases
            : throw new FileFormatException(
                $"'{folder}' holds no NAME.init.safetensors with a NAME.json, and no NAME.splitting.json."
            );
    }

    /// <summary>Runs one case and gives the deviation of every quantity.</summary>
    /// <exception cref="FileFormatException">A file of the case is missing or damaged.</exception>
    internal static IReadOnlyList<Deviation> Run(string folder, string name)
    {
        try
        {
            return Compare(folder, name);
        }
        catch (Exception e)
            when (e is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new FileFormatException(
                $"'{folder}': the case {name} lacks something, or it is not what it should be ({e.Message.Split('\n')[0].TrimEnd('.')}).",
                e
            );
        }
    }

    private static IReadOnlyList<Deviation> Compare(string folder, string name)
    {
        if (OrthoReproduction.IsCase(name))
            return OrthoReproduction.Run(folder, name);
        if (SplittingReproduction.IsCase(name))
            return SplittingReproduction.Run(folder, name);
        var network = name.Split('.')[0];
        var run = Runs(folder, network).First(r => r.GetProperty("case").GetString() == name);
        using var scope = torch.NewDisposeScope();
        var initial = Path.Combine(folder, $"{network}.init.safetensors");
        using var tensorsFile = SafeTensors.Read(initial);
        var tensors = tensorsFile.Tensors;
        using var batchesFile = SafeTensors.Read(Path.Combine(folder, $"{network}.batches.safetensors"));
        var batches = batchesFile.Tensors;
        using var scalesFile = SafeTensors.Read(Path.Combine(folder, $"{name}.scales.safetensors"));
        var scales = scalesFile.Tensors;
        var recognised = PublishedNetwork.Of(initial, tensors);
        var ours = NameMap.Of(initial, recognised, tensors).ToDictionary(n => n.Value, n => n.Key);
        using var model = new Model(recognised, NameMap.Match(initial, recognised, tensors, torch.float64));
        var two = batches["x"][0][torch.TensorIndex.Slice(0, 2)].to(torch.float64);

        var found = new List<Deviation>();
        void Note(string quantity, IEnumerable<double> reference, IEnumerable<double> measured) =>
            found.Add(new(name, quantity, Relative([.. reference], [.. measured])));
        Note("logits before", Rows(run.GetProperty("logits_before")), Logits(model, two));
        var steps = (int)batches["x"].shape[0];
        var losses = Train(model, Penalty(run), batches["x"], batches["y"], steps, _ => Rate);
        Note("losses", Values(run.GetProperty("losses")), losses);
        Note("logits after", Rows(run.GetProperty("logits_after")), Logits(model, two));
        foreach (var (theirs, tensor) in scales)
            Note("scales", Float64.Of(tensor), Float64.Of(model[ours[theirs]]));
        foreach (
            var (property, quantity) in new[] { ("norms", "parameter norms"), ("running_norms", "norms of statistics") }
        )
        {
            foreach (var norm in run.GetProperty(property).EnumerateObject())
                Note(
                    quantity,
                    [norm.Value.GetDouble()],
                    [Math.Sqrt(Float64.Of(model[ours[norm.Name]]).Sum(v => v * v))]
                );
        }
        foreach (var pruned in run.GetProperty("pruned").EnumerateArray())
            found.AddRange(Prune(name, model, pruned, two));
        return [.. found.GroupBy(d => d.Quantity).Select(g => g.MaxBy(d => d.Largest)!)];
    }

    private static IEnumerable<Deviation> Prune(string name, Model model, JsonElement expected, torch.Tensor two)
    {
        var plan = Planner.Plan(
            model,
            new() { Target = new PlanTarget.Ratio(expected.GetProperty("ratio").GetDouble()), Trunk = Trunk.Selection }
        );
        var groups = ChannelGroups.Of(plan.Prepared()).Zip(plan.Groups).ToArray();
        var kept = model
            .Network.Nodes.Where(n => n.Layer.Statistics() is not null)
            .Select(n => (double)groups.Single(g => g.First.Channels.ContainsKey(n.Name)).Second.Kept.Length);
        var cost = plan.PublishedCost();
        using var cut = Surgeon.Apply(model, plan, two);
        return
        [
            new(name, "threshold", Relative([expected.GetProperty("threshold").GetDouble()], [plan.Threshold])),
            new(
                name,
                "kept channels",
                kept.Zip(Values(expected.GetProperty("kept_per_bn")), (a, b) => Math.Abs(a - b)).Max()
            ),
            new(
                name,
                "masked logits",
                Relative([.. Rows(expected.GetProperty("masked_logits"))], Logits(cut.Model, two))
            ),
            new(
                name,
                "parameters as published",
                Math.Abs(cost.Parameters - expected.GetProperty("params_official").GetDouble())
            ),
            new(
                name,
                "FLOPs as published",
                Math.Abs(cost.PublishedFlops - expected.GetProperty("flops_official").GetDouble())
            ),
        ];
    }

    /// <summary>Trains step by step on given batches, over and over, and gives the losses.</summary>
    internal static List<double> Train(
        Model model,
        Regularizer? regularizer,
        torch.Tensor x,
        torch.Tensor y,
        int steps,
        Func<int, double> rateAt
    )
    {
        var rule = new Sgd();
        using var state = new TrainingState(model, rule, []);
        model.train();
        var losses = new List<double>();
        for (var step = 0; step < steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            var (at, rate) = (step % x.shape[0], rateAt(step));
            var info = new StepInfo(0, step, rate, rule.EffectiveStep(rate));
            var loss = F.cross_entropy(model.forward(x[at].to(torch.float64)), y[at]);
            losses.Add(loss.item<double>());
            loss.backward();
            regularizer?.OnGradients(model, info);
            state.Step(rate, clipNorm: null);
            regularizer?.AfterStep(model, info);
        }
        return losses;
    }

    private static double[] Logits(Model model, torch.Tensor images)
    {
        model.eval();
        using var output = model.forward(images);
        return Float64.Of(output);
    }

    private static ScalePenalty? Penalty(JsonElement run)
    {
        var (kind, lambda, a) = (
            run.GetProperty("penalty").GetString()!,
            run.GetProperty("lambda").GetDouble(),
            run.GetProperty("a").GetDouble()
        );
        if (kind == "none")
            return null;
        var text = kind switch
        {
            "L1" => "l1",
            "Lp" => FormattableString.Invariant($"lp:p={a}"),
            _ => FormattableString.Invariant($"{kind.ToLowerInvariant()}:a={a}"),
        };
        return new(Penalties.Penalty.Parse(text, lambda), lambda);
    }

    internal static List<JsonElement> Runs(string folder, string network)
    {
        var path = Path.Combine(folder, $"{network}.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new() { AllowDuplicateProperties = false });
            List<JsonElement> runs = [.. document.RootElement.EnumerateArray().Select(r => r.Clone())];
            return runs.All(r => r.TryGetProperty("case", out var name) && name.ValueKind == JsonValueKind.String)
                ? runs
                : throw new JsonException("a case has no name");
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidOperationException)
        {
            throw new FileFormatException($"{path}: cannot be read as a list of cases ({e.Message.TrimEnd('.')}).", e);
        }
    }

    internal static IEnumerable<double> Values(JsonElement array) => array.EnumerateArray().Select(v => v.GetDouble());

    private static IEnumerable<double> Rows(JsonElement array) => array.EnumerateArray().SelectMany(Values);

    internal static double Relative(double[] reference, double[] ours) =>
        reference.Length == ours.Length && reference.Length > 0
            ? reference.Zip(ours, (a, b) => double.IsNaN(a - b) ? double.PositiveInfinity : Math.Abs(a - b)).Max()
                / reference.Max(Math.Abs)
            : double.PositiveInfinity;
}
