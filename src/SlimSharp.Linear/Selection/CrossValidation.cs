namespace SlimSharp.Linear;

/// <summary>How well solutions along a path predict samples that they were not trained on.</summary>
/// <param name="Points">By descending β.</param>
public sealed record CrossValidation(IReadOnlyList<CrossValidationPoint> Points)
{
    /// <summary>Where the loss is least.</summary>
    public int Best => Enumerable.Range(0, Points.Count).MinBy(i => Points[i].Loss);

    /// <summary>
    /// The largest β whose loss is at most a standard error above the least (Breiman, Friedman, Olshen and Stone,
    /// 1984).
    /// </summary>
    public int OneStandardError
    {
        get
        {
            var (best, i) = (Points[Best], 0);
            while (Points[i].Loss > best.Loss + best.LossError)
                i++;
            return i;
        }
    }

    /// <summary>Solves the path in every fold.</summary>
    /// <param name="problem">Samples with their features as they are.</param>
    /// <param name="betas">Descending strengths.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">A class has fewer samples than there are folds.</exception>
    public static CrossValidation Run(
        LogisticProblem problem,
        IReadOnlyList<double> betas,
        CrossValidationOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(betas);
        ArgumentNullException.ThrowIfNull(options);
        var fold = Folds(problem, options.Folds, options.Seed);
        var results = new (double Loss, double Error, int Selected)[options.Folds][];
        var done = 0;
        Parallel.For(
            0,
            options.Folds,
            new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = options.Solver.Cancellation },
            k =>
            {
                int[] inside = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] != k)];
                int[] outside = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == k)];
                var (train, test) = (problem.Select(inside), problem.Select(outside));
                double[]? factors = options.Standardizes ? Standardization.Factors(train.Features) : null;
                var solver = new CoordinateDescent(
                    factors is null ? train : train.WithFeatures(train.Features.Scaled(factors)),
                    options.Solver
                );
                var path = LogisticPath.Solve(
                    solver,
                    betas,
                    _ => options.Progress?.Invoke(Interlocked.Increment(ref done), options.Folds * betas.Count)
                );
                results[k] =
                [
                    .. path.Select(s =>
                    {
                        var (loss, error) = test.Score(
                            factors is null ? [.. s.Weights] : Standardization.Undo(s.Weights, factors),
                            s.Intercept
                        );
                        return (loss, error, s.Selected);
                    }),
                ];
            }
        );
        return new([
            .. betas.Select(
                (beta, i) =>
                {
                    var (loss, lossError) = MeanAndError(results, r => r[i].Loss);
                    var (error, errorError) = MeanAndError(results, r => r[i].Error);
                    return new CrossValidationPoint(
                        beta,
                        loss,
                        lossError,
                        error,
                        errorError,
                        results.Average(r => r[i].Selected)
                    );
                }
            ),
        ]);
    }

    // The fold of each sample; each class is dealt out evenly, in an order that the seed shuffles.
    internal static int[] Folds(LogisticProblem problem, int folds, int seed)
    {
        if (folds < 2)
            throw new ArgumentException($"Cross-validation needs at least 2 folds, not {folds}.");
        var (fold, random, next) = (new int[problem.Labels.Length], new Random(seed), 0);
        foreach (var label in (double[])[-1, 1])
        {
            int[] members = [.. Enumerable.Range(0, fold.Length).Where(i => problem.Labels[i] == label)];
            if (members.Length < folds)
                throw new ArgumentException(
                    $"A class has {members.Length} samples, too few for {folds} folds; each fold needs one to predict and one to train on."
                );
            random.Shuffle(members);
            foreach (var i in members)
                fold[i] = next++ % folds;
        }
        return fold;
    }

    private static (double Mean, double Error) MeanAndError<T>(T[] folds, Func<T, double> value)
    {
        double[] all = [.. folds.Select(value)];
        var mean = all.Average();
        return (mean, Math.Sqrt(all.Sum(v => (v - mean) * (v - mean)) / (all.Length - 1) / all.Length));
    }
}
