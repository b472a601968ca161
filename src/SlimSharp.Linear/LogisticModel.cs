using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Linear;

/// <summary>A fitted model in the units of the data, ready to be kept in a file and to predict.</summary>
public sealed record LogisticModel : IJsonOnDeserialized
{
    /// <summary>The kind of file, so that others are refused.</summary>
    public string Format { get; init; } = Kind;

    /// <summary>What the class of label −1 is called.</summary>
    public required string Minus { get; init; }

    /// <summary>What the class of label +1 is called.</summary>
    public required string Plus { get; init; }

    /// <summary>v.</summary>
    public required double Intercept { get; init; }

    /// <summary>The weights other than zero, by the names of their features, in the features' own units.</summary>
    public required ImmutableArray<LogisticWeight> Weights { get; init; }

    /// <summary>The names of all features, in the order in which they are read.</summary>
    public required ImmutableArray<string> Features { get; init; }

    /// <summary>What missing values of features are taken as; empty if none were missing.</summary>
    public ImmutableSortedDictionary<string, double> Missing
    {
        get => field ?? ImmutableSortedDictionary<string, double>.Empty;
        init;
    }

    /// <summary>The penalty.</summary>
    public required string Penalty { get; init; }

    /// <summary>β.</summary>
    public required double Beta { get; init; }

    /// <summary>Strength of ½‖w‖².</summary>
    public double L2 { get; init; }

    /// <summary>Whether features were brought to the standard deviation 1 before.</summary>
    public required bool IsStandardized { get; init; }

    /// <summary>Samples that it was trained on.</summary>
    public required int Samples { get; init; }

    /// <summary>The objective reached.</summary>
    public required double Objective { get; init; }

    /// <summary>The stationarity residual.</summary>
    public required double Residual { get; init; }

    /// <summary>A sentence where something is to be known.</summary>
    public string? Remark { get; init; }

    private const string Kind = "slimsharp.logistic/1";

    /// <summary>Of a solution.</summary>
    /// <param name="data">What it was trained on.</param>
    /// <param name="problem">The problem that was solved.</param>
    /// <param name="solution">The solution.</param>
    /// <param name="factors">The factors of features in the problem; null if there were none.</param>
    public static LogisticModel Of(
        LinearData data,
        LogisticProblem problem,
        LogisticSolution solution,
        double[]? factors
    )
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(solution);
        var weights = factors is null ? [.. solution.Weights] : Standardization.Undo(solution.Weights, factors);
        return new()
        {
            Minus = data.Classes.Minus,
            Plus = data.Classes.Plus,
            Intercept = solution.Intercept,
            Weights =
            [
                .. Enumerable
                    .Range(0, weights.Length)
                    .Where(j => weights[j] != 0)
                    .Select(j => new LogisticWeight(data.Names[j], weights[j])),
            ],
            Features = [.. data.Names],
            Missing = data.Missing,
            Penalty = problem.Penalty.ToString(),
            Beta = solution.Beta,
            L2 = problem.L2,
            IsStandardized = factors is not null,
            Samples = data.Features.Rows,
            Objective = solution.Objective,
            Residual = solution.Residual,
            Remark = solution.Remark,
        };
    }

    /// <summary>
    /// The probability of the class <see cref="Plus"/> for each sample; features are matched by name.
    /// </summary>
    /// <exception cref="LinearDataException">
    /// A feature that has a weight is not there; the message names it.
    /// </exception>
    public double[] Predict(LinearData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var places = data.Names.Select((n, j) => (n, j)).ToDictionary(p => p.n, p => p.j);
        var margins = new double[data.Features.Rows];
        Array.Fill(margins, Intercept);
        foreach (var (feature, weight) in Weights)
        {
            if (!places.TryGetValue(feature, out var column))
                throw new LinearDataException(
                    $"The data lack the feature '{feature}', which the model has a weight for."
                );
            data.Features.Add(column, weight, margins);
        }
        for (var i = 0; i < margins.Length; i++)
        {
            var e = Math.Exp(-Math.Abs(margins[i]));
            margins[i] = (margins[i] >= 0 ? 1 : e) / (1 + e);
        }
        return margins;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="LinearDataException">It cannot be read, or is no model.</exception>
    public static LogisticModel Read(string path)
    {
        try
        {
            var model = CheckedJson.Read(File.ReadAllText(path), LinearJson.Default.LogisticModel);
            return model.Format == Kind
                ? model
                : throw new LinearDataException($"{path} is of the format '{model.Format}', not {Kind}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new LinearDataException(
                $"{path} cannot be read as a model ({e.Message.Split('\n')[0].TrimEnd('.')}).",
                e
            );
        }
    }

    /// <summary>Writes a file.</summary>
    public void Write(string path) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(this, LinearJson.Default.LogisticModel));

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Weights.IsDefault || Features.IsDefault)
            throw new LinearDataException("it has no weights or features");
        var known = new HashSet<string>();
        if (Features.FirstOrDefault(f => !known.Add(f)) is { } twice)
            throw new LinearDataException($"the feature '{twice}' is there twice");
        if (Weights.FirstOrDefault(w => !known.Remove(w?.Feature ?? "")) is { } stray)
            throw new LinearDataException(
                $"the weight of '{stray.Feature}' belongs to no feature, or to one that has another"
            );
        if (Samples < 0)
            throw new LinearDataException("it counts fewer than no samples");
    }
}
