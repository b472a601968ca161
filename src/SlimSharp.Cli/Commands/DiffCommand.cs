using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>slim diff: how two files differ.</summary>
internal static class DiffCommand
{
    internal static Command Create()
    {
        var command = new Command("diff", "Show how two files differ: layers, widths, cost, weights.");
        var (a, b) = (
            new Argument<string>("A") { Description = "A .slim file or run folder." },
            new Argument<string>("B") { Description = "Another." }
        );
        var common = new CommonOptions();
        command.Add(a);
        command.Add(b);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Prepare(parsed);
            using var first = ModelFile.Load(parsed.GetValue(a)!);
            using var second = ModelFile.Load(parsed.GetValue(b)!);
            Show(common.Screen(parsed), first, second);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Screen screen, SlimFile a, SlimFile b)
    {
        var names = a.Network.Nodes.Select(n => n.Name).Union(b.Network.Nodes.Select(n => n.Name));
        var rows = new List<IReadOnlyList<string>>();
        foreach (var name in names)
        {
            var (left, right) = (Describe(a, name), Describe(b, name));
            if (left != right)
                rows.Add([
                    name,
                    left.Shape,
                    right.Shape,
                    left.Shape == right.Shape ? "weights"
                    : left.Kind == right.Kind ? "width"
                    : "layer",
                ]);
        }
        var (x, y) = (NetworkCost.Of(a.Network), NetworkCost.Of(b.Network));
        if (rows.Count == 0)
            screen.Say("The networks and their weights are equal.");
        else
            screen.Table(null, ["node", "A", "B", "differs in"], rows, 3);
        screen.Say(
            $"parameters {Words.Count(x.Parameters)} → {Words.Count(y.Parameters)} ({Words.Change(y.Parameters, x.Parameters)}), MACs {Words.Count(x.Macs)} → {Words.Count(y.Macs)} ({Words.Change(y.Macs, x.Macs)})"
        );
        screen.Emit(
            new()
            {
                ["equal"] = rows.Count == 0,
                ["nodes"] = new JsonArray([
                    .. rows.Select(r =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["name"] = r[0],
                                ["a"] = r[1],
                                ["b"] = r[2],
                                ["differs"] = r[3],
                            }
                    ),
                ]),
                ["parameters"] = new JsonArray(x.Parameters, y.Parameters),
                ["macs"] = new JsonArray(x.Macs, y.Macs),
            }
        );
    }

    private static (string Kind, string Shape, string Weights) Describe(SlimFile file, string name)
    {
        if (file.Network.Nodes.FirstOrDefault(n => n.Name == name) is not { } node)
            return ("", "–", "");
        var weights = node
            .Layer.Parameters(file.Network.InputShapes(node))
            .Select(p => file.Weights.HashOf($"{name}.{p.Name}"));
        return ($"{node.Layer.GetType().Name}", $"{file.Network.Shapes[name]}", string.Concat(weights));
    }
}
