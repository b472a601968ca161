using System.Diagnostics;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>
/// From a trained network to a certified cut: groups, plan, surgery with certificate, median of several.
/// </summary>
internal static class CutBenchmark
{
    private static readonly int[] Depths = [20, 56, 110, 164, 326, 650, 1001];

    internal static void Run(Results results, int rounds)
    {
        var table = new List<string[]>();
        foreach (var network in Depths.Select(d => PreActResNet.Create(d)).Append(DenseNet.Create(40)))
        {
            foreach (var trunk in new[] { Trunk.Coupled, Trunk.Selection })
                table.Add(Row(network, trunk, rounds));
        }
        results.Table(
            "Cutting half of all scales, random weights",
            "./bench cut",
            ["network", "trunk", "nodes", "groups ms", "plan ms", "cut and certificate ms", "in all ms", "ms per node"],
            table
        );
    }

    private static string[] Row(Network given, Trunk trunk, int rounds)
    {
        using var random = RandomWeights.Draw(NetworkCut.Of(given, []), 1);
        var times = new List<(double Groups, double Plan, double Cut)>();
        for (var round = -1; round < Math.Max(rounds / 3, 3); round++)
        {
            // A network that nobody has looked at: what is derived from one is derived once.
            var network = new Network(given.Name, given.Nodes, given.Outputs);
            using var model = new Model(network, random.Copy(torch.float32));
            var groups = Time(() => ChannelGroups.Of(network));
            SlimmingPlan? plan = null;
            var planning = Time(() =>
                plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5), Trunk = trunk })
            );
            var cutting = Time(() => Surgeon.Apply(model, plan!).Dispose());
            if (round >= 0)
                times.Add((groups, planning, cutting));
        }
        double Median(Func<(double Groups, double Plan, double Cut), double> of) =>
            times.Select(of).Order().ElementAt(times.Count / 2);
        // With selections the plan finds the groups of the network that has them; those of the network without are not
        // needed.
        var all = Median(t => (trunk == Trunk.Coupled ? t.Groups : 0) + t.Plan + t.Cut);
        return
        [
            given.Name,
            $"{trunk}",
            $"{given.Nodes.Length}",
            $"{Median(t => t.Groups):F0}",
            $"{Median(t => t.Plan):F0}",
            $"{Median(t => t.Cut):F0}",
            $"{all:F0}",
            $"{all / given.Nodes.Length:F2}",
        ];
    }

    private static double Time(Action act)
    {
        var start = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
