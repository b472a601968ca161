namespace SlimSharp.Cli;

/// <summary>Runs in words.</summary>
internal static class RunWords
{
    /// <summary>Penalty, λ and method in words.</summary>
    internal static string Method(RunOptions options) =>
        options switch
        {
            { Method.Variational: { } v } =>
                $"variational scales, σ₀ = {Words.Number(v.Deviation)}, rate of ln σ² {Words.Number(v.Rate)}",
            { Penalty: null } => "none",
            { Method.Steering: { } s } => $"{options.Penalty}, λ steered to {Words.Percent(s.TargetMacs)} of the MACs",
            { Method: { Kind: Cli.Method.Splitting } m } =>
                $"{options.Penalty}, λ = {Words.Number(options.Lambda)}, splitting with β = {Words.Number(m.Coupling!.Value)}",
            { Method.Kind: Cli.Method.Prox } => $"{options.Penalty}, λ = {Words.Number(options.Lambda)}, proximal",
            _ => $"{options.Penalty}, λ = {Words.Number(options.Lambda)}",
        };
}
