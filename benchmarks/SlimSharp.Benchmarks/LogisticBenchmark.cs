using System.Diagnostics;
using System.Globalization;
using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Benchmarks;

/// <summary>
/// Time to a given relative gap of the objective, against scikit-learn: the same objective, matrix and strengths, one
/// thread each, turn by turn. The gap is measured here, for all sides, against the lowest objective known; each side
/// runs at the loosest of its tolerances that reaches it.
/// </summary>
internal sealed class LogisticBenchmark
{
    private const double Gap = 1e-5;
    internal const double Patience = 20; // seconds, after which a side is given up on
    private const int PathLength = 50;
    private const double LeastOfPath = 0.01;
    private static readonly double[] Shares = [0.1, 0.01]; // of the least β that selects nothing
    private static readonly double[] Tolerances = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8];
    private static readonly double[] Scalings = [1, 10, 100, 1000];
    private static readonly string[] Sets =
    [
        "a9a",
        "w8a",
        "basehock",
        "madelon",
        "arcene",
        "allaml",
        "golub",
        "leukemia-discrete",
        "colon-discrete",
        "spambase",
        "sonar",
        "breast_cancer_wdbc",
    ];

    private readonly ScikitLearn _theirs;
    private readonly int _rounds;

    private LogisticBenchmark(ScikitLearn theirs, int rounds) => (_theirs, _rounds) = (theirs, rounds);

    internal static int Run(Results results, string[] names, int rounds)
    {
        if (TabularSets.Missing is { } missing)
        {
            Console.WriteLine(missing);
            return 0;
        }
        using var theirs = ScikitLearn.Start();
        if (theirs is null)
        {
            Console.WriteLine(
                "There is nothing to compare with: scikit-learn is not installed; on Debian: apt install python3-sklearn."
            );
            return 0;
        }
        new LogisticBenchmark(theirs, rounds).Compare(results, names.Length > 0 ? names : Sets);
        return 0;
    }

    private void Compare(Results results, string[] names)
    {
        WarmUp();
        var (plain, free, paths) = (new List<LogisticRace>(), new List<LogisticRace>(), new List<LogisticRace>());
        foreach (var name in names)
        {
            var data = LogisticData.Read(name);
            _theirs.Load(data);
            foreach (var share in Shares)
            {
                plain.Add(Race(data, share, hasIntercept: false));
                free.Add(Race(data, share, hasIntercept: true));
                Console.WriteLine($"{plain[^1]}\n{free[^1]}");
            }
            paths.Add(RacePath(data));
            Console.WriteLine(paths[^1]);
        }
        var command = "./bench logistic" + (names == Sets ? "" : " " + string.Join(' ', names));
        var note =
            $"scikit-learn {_theirs.Version}, one thread each. Milliseconds, medians of {_rounds} turns (of one where a turn takes longer than two seconds), to a relative gap of {Gap.ToString("G1", CultureInfo.InvariantCulture)} of the objective to the lowest known, each side at the loosest of the tolerances 0.1 … 1e-8 that reaches it; "
            + $"'–': not within {Patience} seconds, counted as {Patience} seconds in the means. Features at the standard deviation 1, dense ones centred. β as a share of the least that selects nothing. ×: theirs over ours.";
        string[] head = ["set", "β", "features", "ours", "liblinear", "saga", "liblinear ×", "saga ×"];
        results.Table(
            "Logistic regression, l1, no intercept",
            command,
            head,
            LogisticRace.Texts(plain, path: false),
            note
        );
        results.Table(
            "Logistic regression, l1, with intercepts",
            command,
            [.. head, "intercept_scaling"],
            LogisticRace.Texts(free, path: false, scaling: true),
            note,
            "liblinear penalises the intercept, less the larger its intercept_scaling; given is the least of 1, 10, 100 and 1000 that reaches the gap. Ours and saga do not penalise it."
        );
        results.Table(
            "Logistic regression, l1, a path of 50",
            command,
            ["set", "features at the end", "ours", "liblinear", "liblinear ×"],
            LogisticRace.Texts(paths, path: true),
            $"scikit-learn {_theirs.Version}, one thread each. {PathLength} β from the least that selects nothing to a hundredth of it, no intercept; milliseconds for all, each side at the loosest tolerance that reaches the gap of {Gap.ToString("G1", CultureInfo.InvariantCulture)} at every β. Ours starts each from the one before; liblinear cannot."
        );
    }

    // So that what is timed is compiled for good.
    private static void WarmUp()
    {
        var random = new Random(1);
        var begin = Stopwatch.GetTimestamp();
        double[] values = [.. Enumerable.Range(0, 200 * 100).Select(_ => random.NextDouble() - 0.5)];
        sbyte[] labels = [.. Enumerable.Range(0, 200).Select(i => (sbyte)(values[i] + values[200 + i] > 0.2 ? 1 : -1))];
        DesignMatrix dense = new DenseMatrix(200, 100, values);
        int[] rows = [.. Enumerable.Repeat(Enumerable.Range(0, 200), 100).SelectMany(r => r)];
        DesignMatrix sparse = new SparseMatrix(
            200,
            100,
            [.. Enumerable.Range(0, 101).Select(j => 200L * j)],
            rows,
            values
        );
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < 3)
        {
            foreach (
                var (features, hasIntercept) in new[] { (dense, true), (dense, false), (sparse, true), (sparse, false) }
            )
            {
                var problem = new LogisticProblem(features, labels, new L1()) { HasIntercept = hasIntercept };
                Ours(problem, LogisticPath.Betas(problem, 20))(1e-6);
            }
        }
    }

    private LogisticRace Race(LogisticData data, double share, bool hasIntercept)
    {
        var problem = new LogisticProblem(data.Features, data.Labels, new L1()) { HasIntercept = hasIntercept };
        double[] betas = [share * problem.NullGradient];
        double[] lowest =
        [
            new CoordinateDescent(problem, new() { Tolerance = 1e-11, MostIterations = 100_000 })
                .Solve(betas[0])
                .Objective,
        ];
        var ours = Ours(problem, betas);
        // As many passes of saga as there is patience for.
        const int Probe = 10;
        var passes = _theirs.Fit("saga", 1e-12, Probe, betas, hasIntercept ? 1 : null).Seconds / Probe;
        var iterations = Math.Clamp((int)(Patience / passes), Probe, 1_000_000);
        Func<double, Fits> Theirs(string solver, double scaling) =>
            tolerance =>
                _theirs.Fit(
                    solver,
                    tolerance,
                    solver == "saga" ? iterations : 10_000,
                    betas,
                    hasIntercept ? scaling : null
                );
        var (own, liblinear, saga, scaled) = (
            Contest(problem, betas, lowest, ours),
            (Contestant?)null,
            Contest(problem, betas, lowest, Theirs("saga", 1)),
            double.NaN
        );
        foreach (var scaling in hasIntercept ? Scalings : [1.0])
        {
            liblinear = Contest(problem, betas, lowest, Theirs("liblinear", scaling));
            scaled = scaling;
            if (liblinear is not null)
                break;
        }
        Time(own, liblinear, saga);
        return new(
            data.Name,
            share,
            own!.Selected,
            own.Median,
            liblinear?.Median,
            saga?.Median,
            liblinear is null ? null : scaled
        );
    }

    private LogisticRace RacePath(LogisticData data)
    {
        var problem = new LogisticProblem(data.Features, data.Labels, new L1()) { HasIntercept = false };
        // The first selects nothing on either side.
        double[] betas = [.. LogisticPath.Betas(problem, PathLength + 1, LeastOfPath).Skip(1)];
        double[] lowest =
        [
            .. LogisticPath
                .Solve(new CoordinateDescent(problem, new() { Tolerance = 1e-11, MostIterations = 100_000 }), betas)
                .Select(s => s.Objective),
        ];
        var own = Contest(problem, betas, lowest, Ours(problem, betas));
        var liblinear = Contest(
            problem,
            betas,
            lowest,
            tolerance => _theirs.Fit("liblinear", tolerance, 10_000, betas, null)
        );
        Time(own, liblinear);
        return new(data.Name, LeastOfPath, own!.Selected, own.Median, liblinear?.Median, null, null);
    }

    private static Func<double, Fits> Ours(LogisticProblem problem, double[] betas) =>
        tolerance =>
        {
            var begin = Stopwatch.GetTimestamp();
            var solutions = LogisticPath.Solve(
                new CoordinateDescent(problem, new() { Tolerance = tolerance, MostIterations = 100_000 }),
                betas
            );
            return new(
                Stopwatch.GetElapsedTime(begin).TotalSeconds,
                [.. solutions.Select(s => s.Weights.ToArray())],
                [.. solutions.Select(s => s.Intercept)]
            );
        };

    // The loosest tolerance that reaches the gap; null if none does in time.
    private static Contestant? Contest(LogisticProblem problem, double[] betas, double[] lowest, Func<double, Fits> fit)
    {
        foreach (var tolerance in Tolerances)
        {
            var fits = fit(tolerance);
            var reached = betas
                .Select((b, i) => problem.Objective(fits.Weights[i], fits.Intercepts[i], b) <= lowest[i] * (1 + Gap))
                .All(r => r);
            if (reached)
                return new(() => fit(tolerance).Seconds, fits.Weights[^1].Count(w => w != 0), fits.Seconds);
            if (fits.Seconds > 0.9 * Patience)
                return null;
        }
        return null;
    }

    private void Time(params Contestant?[] contestants)
    {
        for (var round = 0; round < _rounds; round++)
        {
            foreach (var contestant in contestants)
            {
                if (contestant is not null && (round == 0 || contestant.First < 2))
                    contestant.Seconds.Add(contestant.Run());
            }
        }
    }

    private sealed record Contestant(Func<double> Run, int Selected, double First)
    {
        internal List<double> Seconds { get; } = [];

        internal double Median => Seconds.Order().ElementAt(Seconds.Count / 2);
    }
}
