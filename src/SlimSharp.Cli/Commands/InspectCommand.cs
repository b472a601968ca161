using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim inspect: what is in a file.</summary>
internal static class InspectCommand
{
    private static readonly double[] Thresholds = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1];
    private static readonly double[] Quantiles = [0.1, 0.25, 0.5, 0.75, 0.9];

    internal static Command Create()
    {
        var command = new Command(
            "inspect",
            "Show what is in a file, or what a network of the zoo looks like: layers, scales, cost."
        );
        var input = new Argument<string>("RUN")
        {
            Description =
                $"A run folder, a .slim file, or a network: {string.Join(", ", ZooEntry.All.Select(e => e.Name))}.",
        };
        var width = new Option<double>("--width")
        {
            Description = "Factor on the widths of a network of the zoo.",
            DefaultValueFactory = _ => 1,
            HelpName = "FACTOR",
        };
        var classes = new Option<int>("--classes")
        {
            Description = "Classes of a network of the zoo.",
            DefaultValueFactory = _ => 10,
            HelpName = "N",
        };
        var penalty = new Option<string?>("--penalty")
        {
            Description = "The penalty that --lambda-range is for, such as tl1:a=1.",
            HelpName = "PENALTY",
        };
        var range = new Option<bool>("--lambda-range")
        {
            Description =
                "Measure on training images how hard the loss holds each scale, and show which λ of a --penalty would shrink how many.",
        };
        var curve = new Option<bool>("--curve")
        {
            Description =
                "Try cuts on validation images: accuracy against size, how far a cut may go, and where it would fall.",
        };
        var flow = new Option<bool>("--flow")
        {
            Description = "Show the features that --regularizer flow goes through.",
        };
        var orthogonality = new Option<bool>("--orthogonality")
        {
            Description = "Show how orthogonal the filters of every layer are, as the regulariser ortho has it.",
        };
        var (data, normalization, common) = (new DataArguments(), new NormalizationArguments(), new CommonOptions());
        var groups = new GroupArguments();
        command.Add(input);
        command.Add(width);
        command.Add(classes);
        command.Add(penalty);
        command.Add(range);
        command.Add(curve);
        command.Add(flow);
        groups.AddTo(command);
        command.Add(orthogonality);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var (screen, path) = (common.Screen(parsed), parsed.GetValue(input)!);
            var isMeasured = parsed.GetValue(range) || parsed.GetValue(curve) || groups.IsAsked(parsed);
            groups.Check(parsed);
            if (!parsed.GetValue(range))
                parsed.Refuse("goes with --lambda-range", penalty);
            if (!isMeasured)
                parsed.Refuse("goes with --curve, --groups and --lambda-range, which are measured on images", data.All);
            if (ZooEntry.All.Any(e => e.Name == path) && !Path.Exists(path))
            {
                parsed.Refuse(
                    $"is for a network that was trained, not for {path} of the zoo",
                    [range, curve, groups.Groups, orthogonality, .. normalization.All]
                );
                var network = ZooEntry.Get(path, parsed.GetValue(classes), parsed.GetValue(width));
                Show(screen, network, null);
                Emit(screen, network, null);
                if (parsed.GetValue(flow))
                    FlowView.Show(screen, network);
                return ExitCode.Done;
            }
            parsed.Refuse("is for networks of the zoo; a file has its own", width, classes);
            common.Prepare(parsed);
            path = ModelFile.Resolve(path, "model.slim", "last.slim");
            using var source = SlimFile.Load(path);
            var file = normalization.With(parsed, source, path);
            Show(screen, file.Network, file.Weights);
            Details(screen, file);
            Emit(screen, file.Network, file);
            if (parsed.GetValue(flow))
                FlowView.Show(screen, file.Network);
            if (parsed.GetValue(orthogonality))
                OrthogonalityView.Show(screen, file);
            if (isMeasured)
                file = normalization.Needed(parsed, source, path);
            if (parsed.GetValue(range))
                LambdaGuide.Show(screen, file, data.Get(parsed, file.Data), parsed.GetValue(penalty));
            if (parsed.GetValue(curve))
            {
                var images = data.Get(parsed, file.Data);
                var sets = ImageSets.For(screen, file, images);
                ImageSets.WarnOfSeen(screen, file, images, sets.Validation);
                CliffView.Show(screen, TrialCuts.Measure(screen, file, sets, images.Path));
            }
            if (groups.IsAsked(parsed))
                groups.Show(parsed, screen, path, file, ImageSets.For(screen, file, data.Get(parsed, file.Data)));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Screen screen, Network network, Weights? weights)
    {
        var scales = weights is null ? [] : Scales.ByLayer(network, weights).ToDictionary(s => s.Node, s => s.Values);
        screen.Table(
            $"{network.Name}: {network.Nodes.Length} nodes",
            ["node", "kind", "output", "parameters", "MACs", "scales 1e-6 … 10", "median", "max"],
            network.Nodes.Select(n =>
            {
                var values = scales.GetValueOrDefault(n.Name)?.Order().ToArray();
                var count = n.Layer.Parameters(network.InputShapes(n)).Where(p => p.IsTrained).Sum(p => p.Count);
                return (IReadOnlyList<string>)
                    [
                        n.Name,
                        n.Layer.GetType().Name,
                        $"{network.Shapes[n.Name]}",
                        count == 0 ? "" : Words.Count(count),
                        n.Layer.Macs(network.InputShapes(n)) is > 0 and var macs ? Words.Count(macs) : "",
                        values is null ? "" : Sketch.Of(values),
                        values is null ? "" : Words.Number(values[values.Length / 2], "G3"),
                        values is null ? "" : Words.Number(values[^1], "G3"),
                    ];
            }),
            1,
            5
        );
        var cost = NetworkCost.Of(network);
        screen.Say(
            $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs, {Words.Count(cost.PublishedFlops)} FLOPs as published, {Words.Count(cost.Scales)} BatchNorm scales"
        );
    }

    private static void Details(Screen screen, SlimFile file)
    {
        var scales = Scales.Absolute(file.Network, file.Weights);
        if (scales.Length > 0)
        {
            var below = Thresholds.Select(t =>
                $"{Words.Percent((double)scales.Count(s => s < t) / scales.Length)} below {Words.Number(t, "G1")}"
            );
            screen.Say($"scales: {string.Join(", ", below)}");
            var plan = Planner.Plan(file.Network, file.Weights, new() { Target = new PlanTarget.Ratio(0) });
            screen.Say($"ratios below {Words.Number(plan.EmptiesNoLayerBelow, "F4")} empty no layer");
        }
        var ratios = VariationalScales
            .SignalToNoise(file.Weights, file.Methods)
            .SelectMany(l => l.Value)
            .Order()
            .ToArray();
        if (ratios.Length > 0)
            screen.Say(
                $"variational scales, |μ|/σ: {string.Join(", ", Quantiles.Select(q => $"{Words.Number(ratios[(int)(q * (ratios.Length - 1))], "G3")} at {Words.Percent(q, 0)}"))}"
            );
        if (file.Plan is { } made)
            screen.Say(
                $"cut from {Words.Count(NetworkCost.Of(made.Source).Parameters)} parameters; {Certificate(file)}"
            );
        screen.Say(
            $"normalisation: {file.Normalization?.ToString() ?? "not stated; commands that run the network on images ask for it"}"
        );
        if (file.Position is { } position)
            screen.Say($"a checkpoint: {position.Epoch} epochs and {position.Batch} batches done");
        foreach (var (key, value) in file.Provenance.Where(p => p.Key is not ("options" or Slimming.Certificate.Asked)))
            screen.Say($"{key}: {value}");
    }

    private static string Certificate(SlimFile file) =>
        file.Certificate is { } certificate
            ? $"certificate: structure {Words.Number(certificate.StructureDifference, "G2")}, function {Words.Number(certificate.FunctionDifference, "G2")}"
            : "without a certificate";

    private static void Emit(Screen screen, Network network, SlimFile? file)
    {
        if (!screen.Json)
            return;
        var cost = NetworkCost.Of(network);
        screen.Emit(
            new()
            {
                ["network"] = network.Name,
                ["parameters"] = cost.Parameters,
                ["macs"] = cost.Macs,
                ["publishedFlops"] = cost.PublishedFlops,
                ["scales"] = cost.Scales,
                ["layers"] = new JsonArray([
                    .. network.Nodes.Select(n =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["name"] = n.Name,
                                ["kind"] = n.Layer.GetType().Name,
                                ["output"] = $"{network.Shapes[n.Name]}",
                            }
                    ),
                ]),
                ["normalization"] = file?.Normalization is { } normalization
                    ? new JsonObject
                    {
                        ["name"] = NormalizationKind.NameOf(normalization),
                        ["mean"] = new JsonArray([.. normalization.Mean.Select(m => (JsonNode)m)]),
                        ["deviation"] = new JsonArray([.. normalization.Deviation.Select(d => (JsonNode)d)]),
                    }
                    : null,
                ["provenance"] = file is null
                    ? null
                    : new JsonObject(file.Provenance.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            }
        );
    }
}
