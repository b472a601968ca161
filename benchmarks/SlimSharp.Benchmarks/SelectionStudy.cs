using System.Globalization;
using System.Text;
using System.Text.Json;
using SlimSharp.Linear;
using SlimSharp.Penalties;
using SlimSharp.Runs;

namespace SlimSharp.Benchmarks;

/// <summary>
/// Does the weakly convex (firm) penalty select fewer features than l1, at what error? On real sets and on the
/// synthetic design, over random splits; β, and ζ, are chosen by cross-validation on training samples alone. What is
/// finished is kept in a file and not run again; the page is made from that file.
/// </summary>
internal static class SelectionStudy
{
    private const int Splits = 10;
    private const int Folds = 5;
    private const double TestShare = 0.25;
    private const string Synthetic = "synthetic";
    private static readonly double[] Zetas = [0.05, 0.1, 0.2, 0.5, 1];
    private static readonly string[] Sets =
    [
        "breast_cancer_wdbc",
        "sonar",
        "spambase",
        "golub",
        "colon-discrete",
        "leukemia-discrete",
        "allaml",
        "arcene",
        "basehock",
        "madelon",
        "a9a",
        "w8a",
    ];
    private static readonly string Kept = Path.Combine("docs", "study", "logistic.json");
    private static readonly string Page = Path.Combine("docs", "study", "sparse-logistic-regression.md");
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    internal static int Run(string[] names)
    {
        var results = File.Exists(Kept) ? JsonSerializer.Deserialize<List<Split>>(File.ReadAllText(Kept))! : [];
        foreach (var name in names.Length > 0 ? names : [Synthetic, .. Sets])
        {
            if (name != Synthetic && TabularSets.Missing is { } missing)
            {
                Console.WriteLine(missing);
                continue;
            }
            var set = name == Synthetic ? null : TabularSets.Read(name);
            for (var split = 0; split < Splits; split++)
            {
                if (results.Any(r => r.Set == name && r.Number == split))
                    continue;
                results.Add(Measure(name, split, set ?? Draw(split)));
                Console.WriteLine(results[^1]);
                Directory.CreateDirectory(Path.GetDirectoryName(Kept)!);
                File.WriteAllText(Kept + ".new", JsonSerializer.Serialize(results, Format));
                File.Move(Kept + ".new", Kept, overwrite: true);
            }
        }
        File.WriteAllText(Page, Write(results));
        Console.WriteLine($"written to {Page}");
        return 0;
    }

    private static Split Measure(string name, int split, LinearData data)
    {
        var (inside, outside) = Parts(data.Labels, split);
        Outcome Fit(Penalty penalty, double zeta)
        {
            var all = new LogisticProblem(data.Features, data.Labels, penalty);
            var (train, test) = (all.Select(inside), all.Select(outside));
            var factors = Standardization.Factors(train.Features);
            var problem = train.WithFeatures(train.Features.Scaled(factors));
            var betas = LogisticPath.Betas(problem);
            // A path that runs into separated data says so by not converging; there the samples decide, not the solver.
            var solver = new SolverOptions { Tolerance = 1e-4, MostIterations = 2000 };
            var validation = CrossValidation.Run(
                train,
                betas,
                new()
                {
                    Folds = Folds,
                    Seed = split,
                    Threads = Threads.Count,
                    Solver = solver,
                }
            );
            var best = LogisticPath.Solve(new CoordinateDescent(problem, solver), betas[..(validation.Best + 1)])[^1];
            return new(
                zeta,
                best.Selected,
                test.Score(Standardization.Undo(best.Weights, factors), best.Intercept).ErrorRate,
                validation.Points[validation.Best].Loss
            );
        }
        var l1 = Fit(new L1(), 0);
        var firm = Zetas.Select(z => Fit(Mcp.Firm(z), z)).MinBy(f => f.ValidationLoss)!;
        return new(name, split, data.Features.Rows, data.Features.Columns, l1, firm);
    }

    // Training and test samples, a share of each class.
    private static (int[] Inside, int[] Outside) Parts(sbyte[] labels, int seed)
    {
        var (random, inside, outside) = (new Random(seed), new List<int>(), new List<int>());
        foreach (var label in (sbyte[])[-1, 1])
        {
            int[] members = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label)];
            random.Shuffle(members);
            var test = (int)Math.Round(TestShare * members.Length);
            outside.AddRange(members[..test]);
            inside.AddRange(members[test..]);
        }
        return ([.. inside.Order()], [.. outside.Order()]);
    }

    // 200 standard normal features, of which 10 matter, with weights ±2.
    private static LinearData Draw(int seed)
    {
        const int Rows = 800;
        const int Columns = 200;
        const int Relevant = 10;
        var random = new Random(1000 + seed);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double[] values = [.. Enumerable.Range(0, Rows * Columns).Select(_ => Normal())];
        double[] truth = [.. Enumerable.Range(0, Relevant).Select(_ => random.Next(2) == 0 ? 2.0 : -2)];
        sbyte[] labels =
        [
            .. Enumerable
                .Range(0, Rows)
                .Select(i => truth.Select((w, j) => w * values[j * Rows + i]).Sum())
                .Select(z => (sbyte)(random.NextDouble() < 1 / (1 + Math.Exp(-z)) ? 1 : -1)),
        ];
        return new(
            new DenseMatrix(Rows, Columns, values),
            labels,
            [.. Enumerable.Range(0, Columns).Select(j => $"{j}")],
            ("-1", "1")
        );
    }

    private static string Write(List<Split> results)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"""
            # Sparse logistic regression: weakly convex against l1

            Generated by `./bench selection`; what it measured is kept in `{Kept.Replace(
                '\\',
                '/'
            )}`, and what is there is not measured again.

            {Splits} random splits of every set, three quarters to train on and a quarter to test, by class; the synthetic design is drawn anew each time (800 samples of 200 standard normal features, of which 10 matter, with weights ±2). β is the best of 50 down to a thousandth of that which selects nothing (a hundredth where there are more features than samples), and ζ of {string.Join(
                ", ",
                Zetas.Select(z => Number(z))
            )}, by {Folds}-fold cross-validation
            on training samples alone. Mean ± standard deviation over splits; differences are firm minus l1, split by split, with 95 % t-intervals (splits share samples, so these are somewhat too narrow).

            | set | samples × features | l1: features | firm: features | difference | l1: errors % | firm: errors % | difference | ζ chosen | |
            |---|---|---|---|---|---|---|---|---|---|
            """
        );
        foreach (var set in results.GroupBy(r => r.Set))
        {
            Split[] splits = [.. set.OrderBy(s => s.Number)];
            if (splits.Length < 2)
                continue;
            var features = PairedDifference.Of(
                [.. splits.Select(s => (double)s.Firm.Selected)],
                [.. splits.Select(s => (double)s.L1.Selected)]
            );
            var errors = PairedDifference.Of(
                [.. splits.Select(s => 100 * s.Firm.Error)],
                [.. splits.Select(s => 100 * s.L1.Error)]
            );
            string Spread(Func<Split, double> value, string format) =>
                SlimSharp.Runs.Spread.Of([.. splits.Select(value)]).ToString(format);
            text.AppendLine(
                $"| {set.Key} | {splits[0].Rows:N0} × {splits[0].Columns:N0} | {Spread(s => s.L1.Selected, "F1")} | {Spread(s => s.Firm.Selected, "F1")} | {Difference(features, "F1")} | {Spread(s => 100 * s.L1.Error, "F2")} | {Spread(s => 100 * s.Firm.Error, "F2")} | {Difference(errors, "F2")} | {string.Join(", ", splits.GroupBy(s => s.Firm.Zeta).OrderBy(g => g.Key).Select(g => $"{Number(g.Key)} ({g.Count()})"))} | {Words(features, errors)} |"
            );
        }
        return text.ToString();
    }

    private static string Words(PairedDifference features, PairedDifference errors)
    {
        static string Word(PairedDifference d, string less, string same, string more) =>
            d.Interval().High < 0 ? less
            : d.Interval().Low > 0 ? more
            : same;
        return $"{Word(features, "fewer features", "no fewer features", "more features")}, {Word(errors, "fewer errors", "errors as many within noise", "more errors")}";
    }

    private static string Difference(PairedDifference d, string format)
    {
        string Signed(double v) =>
            (
                v > 0 ? "+"
                : v < 0 ? "−"
                : ""
            ) + Math.Abs(v).ToString(format, CultureInfo.InvariantCulture);
        return $"{Signed(d.Spread.Mean)} ({Signed(d.Interval().Low)} … {Signed(d.Interval().High)})";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private sealed record Split(string Set, int Number, int Rows, int Columns, Outcome L1, Outcome Firm);

    private sealed record Outcome(double Zeta, int Selected, double Error, double ValidationLoss);
}
