using System.Collections.Immutable;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Claims about a small sweep, and results of it.</summary>
internal static class SampleClaims
{
    internal const int Seeds = 8;

    internal const string Sweep = """
        name = "small"
        [[stage]]
        command = "train"
        case = [{ name = "l1", penalty = "l1", lambda = 1 }, { name = "tl1", penalty = "tl1:a=1", lambda = 1 }]
        [stage.grid]
        seed = [1, 2, 3, 4, 5, 6, 7, 8]
        [[stage]]
        name = "cut"
        command = "prune"
        [stage.grid]
        ratio = [0.3, 0.5]
        """;

    internal const string Head = """
        title = "t"
        accuracy-margin = 0.5
        cost-margin = 2
        significance = 0.05
        [[sweep]]
        name = "a"
        title = "A"
        results = "a.json"
        """;

    internal static string ClaimThat(string name, string holds) =>
        $"\n[[claim]]\nname = \"{name}\"\ntext = \"x\"\nsweep = \"a\"\nholds = [{holds}]";

    internal static string Holds(string measure, string relation) =>
        $"{{ measure = \"{measure}\", stage = \"cut\", of = \"tl1\", is = \"{relation}\", than = \"l1\" }}";

    /// <summary>
    /// Transformed l1 is better by points after the cut, per seed, and needs that share of the parameters.
    /// </summary>
    internal static SweepResults Results(Func<int, double> points, double parameters = 1, int finished = Seeds)
    {
        var plan = SweepFile.Read(Write(Sweep));
        SweepResult Of(SweepRun run)
        {
            var seed = int.Parse(run.Settings["seed"]);
            var (isCut, isBetter) = (run.Stage == "cut", run.Settings["case"] == "tl1");
            // The ratios differ by a point either way, which averages out.
            var ratio = isCut && isBetter ? (run.Settings["ratio"] == "0.3" ? 0.01 : -0.01) : 0;
            return new()
            {
                Test = Measured.Accuracy(
                    0.8 + 0.001 * seed - (isCut ? 0.2 : 0) + ratio + (isCut && isBetter ? points(seed) / 100 : 0)
                ),
                Parameters = isBetter ? (long)(1000 * parameters) : 1000,
                Macs = 500,
                Classes = 10,
            };
        }
        return new()
        {
            Plan = plan,
            Results = plan.Expand()
                .Where(r => int.Parse(r.Settings["seed"]) <= finished)
                .ToImmutableSortedDictionary(r => r.Number, Of),
        };
    }

    internal static IReadOnlyList<ClaimTest> Test(SweepResults results, params string[] claims) =>
        ClaimTest.All(
            ClaimFile.Read(Write(Head + string.Concat(claims), "claims.toml")),
            new Dictionary<string, SweepResults> { ["a"] = results }
        );

    internal static ClaimPage Page(string claims, SweepResults? results = null) =>
        new(
            ClaimFile.Read(Write(claims, "claims.toml")),
            results is null ? new Dictionary<string, SweepResults>() : new() { ["a"] = results },
            new Dictionary<string, SweepResults>(),
            new(p => p, p => p, (p, _) => p, p => p)
        );

    internal static string Hash(string text) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))
        );
}
