using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Regularizers;

namespace SlimSharp.Experiments;

/// <summary>
/// Penalty, method and recovery as run.json had them before there was a list of regularisers, and what they stand for
/// in that list.
/// </summary>
public sealed record EarlierOptions
{
    private static readonly string[] Names = ["penalty", "lambda", "method", "recovery"];

    /// <summary>The penalty's text form; null for none.</summary>
    public string? Penalty { get; init; }

    /// <summary>Its strength; 0 where that is to be found.</summary>
    public double? Lambda { get; init; }

    /// <summary>The method; null for the subgradient.</summary>
    public EarlierMethod? Method { get; init; }

    /// <summary>What helps to recover; null for nothing.</summary>
    public EarlierRecovery? Recovery { get; init; }

    /// <summary>The text forms of the regularisers, in the order in which they take part.</summary>
    /// <exception cref="ExperimentException">The method lacks something.</exception>
    public IEnumerable<string> Texts()
    {
        var (method, lambda) = (Method ?? new(), Lambda ?? 0);
        if (method.Variational is { } variational)
            yield return Text(variational);
        else if (Penalty is not null)
        {
            var strength = lambda == 0 && method.Steering is not null ? "" : $",lambda={Number(lambda)}";
            yield return method.Kind switch
            {
                EarlierMethodKind.Prox =>
                    $"prox:penalty={Penalty}{strength},step={(method.BareStep ? "published" : "effective")}",
                EarlierMethodKind.Splitting => $"splitting:penalty={Penalty}{strength},beta={Number(Coupling(method))}",
                EarlierMethodKind.Subgradient => $"subgradient:penalty={Penalty}{strength}",
                var other => throw new ExperimentException($"the method is {other}, which needs no penalty"),
            };
            if (method.Steering is { } steering)
                yield return Text(steering);
        }
        if (Recovery?.Teacher is { } teacher)
            yield return $"distillation:teacher={teacher},temperature={Number(Recovery.Temperature)},"
                + $"weight={Number(Recovery.TeacherWeight)}";
        if (Recovery?.KeepZeros is true)
            yield return "zeros";
    }

    /// <summary>The options of a run as they are written today, of those that an earlier version wrote.</summary>
    /// <exception cref="JsonException">What they say of it cannot be read.</exception>
    internal static string Replaced(string json)
    {
        if (
            !Names.Any(n => json.Contains($"\"{n}\"", StringComparison.Ordinal))
            || CheckedJson.Tree(json) is not JsonObject options
        )
            return json;
        var said = new JsonObject();
        foreach (var name in Names)
        {
            if (options.Remove(name, out var value))
                said[name] = value;
        }
        var earlier = CheckedJson.Read(said.ToJsonString(), ExperimentsJson.Default.EarlierOptions);
        if (!(earlier.Lambda is null or >= 0))
            throw new JsonException($"λ is {earlier.Lambda}, but must be positive");
        if (options["regularizers"] is null && earlier.Read() is { Length: > 0 } texts)
            options["regularizers"] = new JsonArray([.. texts.Select(t => (JsonNode)t)]);
        if (options["fromScratch"] is null && earlier.Recovery is { FromScratch: true })
            options["fromScratch"] = true;
        return options.ToJsonString();
    }

    private string[] Read()
    {
        try
        {
            return [.. Texts()];
        }
        catch (ExperimentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static string Text(VariationalOptions options) =>
        $"variational:sigma={Number(options.Deviation)},rate={Number(options.Rate)},"
        + $"momentum={Number(options.Momentum)},weight={Number(options.Weight)},warmup={Number(options.WarmUp)},"
        + $"mean-below={Number(options.MeanThreshold)},sigma-below={Number(options.DeviationThreshold)}";

    private static string Text(SteeringOptions options) =>
        $"steering:target-macs={Number(options.TargetMacs)},band={Number(options.AccuracyBand)},"
        + $"factor={Number(options.Factor)}";

    private static double Coupling(EarlierMethod method) =>
        method.Coupling ?? throw new ExperimentException("splitting lacks its coupling β");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
