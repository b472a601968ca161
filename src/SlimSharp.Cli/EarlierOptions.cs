using System.Globalization;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>
/// What penalty, method and recovery stand for as text forms of regularisers: they are options of the command, and runs
/// that began before there was a list have them.
/// </summary>
internal static class EarlierOptions
{
    /// <summary>The text forms, in the order in which they take part.</summary>
    internal static IEnumerable<string> Texts(
        string? penalty,
        double lambda,
        MethodOptions? method,
        RecoveryOptions? recovery
    )
    {
        method ??= new();
        if (method.Variational is { } variational)
            yield return Text(variational);
        else if (penalty is not null)
        {
            var strength = lambda == 0 && method.Steering is not null ? "" : $",lambda={Number(lambda)}";
            yield return method.Kind switch
            {
                Method.Prox => $"prox:penalty={penalty}{strength},step={(method.BareStep ? "published" : "effective")}",
                Method.Splitting => $"splitting:penalty={penalty}{strength},beta={Number(Coupling(method))}",
                Method.Subgradient => $"subgradient:penalty={penalty}{strength}",
                var other => throw new UsageException($"the method is {other}, which needs no penalty"),
            };
            if (method.Steering is { } steering)
                yield return Text(steering);
        }
        if (recovery?.Teacher is { } teacher)
            yield return $"distillation:teacher={teacher},temperature={Number(recovery.Temperature)},"
                + $"weight={Number(recovery.TeacherWeight)}";
        if (recovery?.KeepZeros is true)
            yield return "zeros";
    }

    private static string Text(VariationalOptions options) =>
        $"variational:sigma={Number(options.Deviation)},rate={Number(options.Rate)},"
        + $"momentum={Number(options.Momentum)},weight={Number(options.Weight)},warmup={Number(options.WarmUp)},"
        + $"mean-below={Number(options.MeanThreshold)},sigma-below={Number(options.DeviationThreshold)}";

    private static string Text(SteeringOptions options) =>
        $"steering:target-macs={Number(options.TargetMacs)},band={Number(options.AccuracyBand)},"
        + $"factor={Number(options.Factor)}";

    private static double Coupling(MethodOptions method) =>
        method.Coupling ?? throw new UsageException("splitting lacks its coupling β");

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
