using System.Globalization;

namespace SlimSharp.Benchmarks;

/// <summary>
/// Training steps of three sides in turn: plain TorchSharp, SlimSharp in float32, SlimSharp in bfloat16, each in a
/// process of its own, so that none has the other's memory or threads.
/// </summary>
internal static class TrainingBenchmark
{
    private static readonly string[] Sides = ["plain", "float32", "bfloat16"];

    internal static void Run(Results results, IReadOnlyList<string> names, int rounds)
    {
        var floor = Floor.Measure();
        var steps = new List<string[]>();
        var around = new List<string[]>();
        foreach (var contestant in Contestant.All.Where(c => names.Count == 0 || names.Contains(c.Name)))
        {
            var contenders = Sides.Select(s => new Contender(s, contestant.Name, s != "plain")).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var contender in contenders)
                    contender.Step();
            }
            Console.Error.WriteLine($"{contestant.Name}: {rounds} rounds");
            foreach (var contender in contenders)
            {
                contender.End();
                steps.Add(StepRow(contestant, contender, contenders[0], floor));
                if (contender.Rest.Length > 1)
                    around.Add(AroundRow(contestant, contender));
                contender.Dispose();
            }
        }
        results.Table(
            "Training step, batch 64",
            Command(names, rounds),
            [
                "network",
                "side",
                "median ms",
                "10–90 %",
                "plain/this, medians",
                "plain/this, least",
                "floor ms",
                "share of floor",
                "peak MB",
            ],
            steps,
            $"Each side is a process of its own; they take steps in turn. Floor: the larger of the multiply-adds of forward, input and weight gradients over the measured peak ({Number(floor.Single)} GMAC/s in float32, {Number(floor.Half)} in bfloat16: the best of a large matrix product and a large convolution in either layout) "
                + $"and the bytes that every layer must read and write forward and back over the measured bandwidth ({Number(floor.Bandwidth)} GB/s, of copying)."
        );
        results.Table(
            "Around the training step",
            Command(names, rounds),
            [
                "network",
                "side",
                "optimiser ms",
                "share",
                "dearest penalty, gradients ms",
                "share",
                "dearest prox ms",
                "share",
            ],
            around
        );
    }

    private static string Command(IReadOnlyList<string> names, int rounds) =>
        $"./bench training{string.Concat(names.Select(n => " " + n))} --rounds {rounds}";

    private static string[] StepRow(Contestant contestant, Contender contender, Contender plain, Floor floor)
    {
        var ordered = contender.Milliseconds.Order().ToArray();
        var least = floor.Milliseconds(contestant.Ours(), contender.Side == "bfloat16", Side.BatchSize);
        return
        [
            contestant.Name,
            contender.Side,
            Number(contender.Median),
            $"{Number(ordered[ordered.Length / 10])}–{Number(ordered[ordered.Length * 9 / 10])}",
            Ratio(plain.Median / contender.Median),
            Ratio(plain.Least / contender.Least),
            Number(least),
            (least / contender.Median).ToString("P0", CultureInfo.InvariantCulture),
            Number(contender.Rest[0]),
        ];
    }

    private static string[] AroundRow(Contestant contestant, Contender contender) =>
        [
            contestant.Name,
            contender.Side,
            .. contender
                .Rest.Skip(1)
                .SelectMany(ms =>
                    new[]
                    {
                        ms.ToString("F2", CultureInfo.InvariantCulture),
                        (ms / contender.Median).ToString("P1", CultureInfo.InvariantCulture),
                    }
                ),
        ];

    private static string Number(double value) =>
        value.ToString(value < 100 ? "F1" : "N0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
