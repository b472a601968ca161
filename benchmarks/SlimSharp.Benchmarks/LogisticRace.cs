using System.Globalization;

namespace SlimSharp.Benchmarks;

/// <summary>A race: a set, a strength, and the seconds of each side; null where it did not reach the gap.</summary>
internal sealed record LogisticRace(
    string Set,
    double Share,
    int Selected,
    double Ours,
    double? Liblinear,
    double? Saga,
    double? Scaling
)
{
    /// <summary>The rows of a table, and the geometric means.</summary>
    internal static IEnumerable<string[]> Texts(List<LogisticRace> rows, bool path, bool scaling = false)
    {
        static string Number(double? value, string format = "G3") =>
            value is { } v ? v.ToString(format, CultureInfo.InvariantCulture) : "–";
        static string Milliseconds(double? seconds) => Number(1000 * seconds);
        static string Ratio(double? theirs, double ours) => Number((theirs ?? LogisticBenchmark.Patience) / ours);
        foreach (var r in rows)
            yield return path
                ? [r.Set, $"{r.Selected}", Milliseconds(r.Ours), Milliseconds(r.Liblinear), Ratio(r.Liblinear, r.Ours)]
                :
                [
                    r.Set,
                    Number(r.Share),
                    $"{r.Selected}",
                    Milliseconds(r.Ours),
                    Milliseconds(r.Liblinear),
                    Milliseconds(r.Saga),
                    Ratio(r.Liblinear, r.Ours),
                    Ratio(r.Saga, r.Ours),
                    .. scaling ? [Number(r.Scaling)] : Array.Empty<string>(),
                ];
        double Mean(Func<LogisticRace, double?> theirs) =>
            Math.Exp(rows.Average(r => Math.Log((theirs(r) ?? LogisticBenchmark.Patience) / r.Ours)));
        yield return path
            ? ["geometric mean", "", "", "", Number(Mean(r => r.Liblinear))]
            :
            [
                "geometric mean",
                "",
                "",
                "",
                "",
                "",
                Number(Mean(r => r.Liblinear)),
                Number(Mean(r => r.Saga)),
                .. scaling ? [""] : Array.Empty<string>(),
            ];
    }
}
