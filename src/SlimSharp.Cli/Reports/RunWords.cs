namespace SlimSharp.Cli;

/// <summary>Runs in words.</summary>
internal static class RunWords
{
    /// <summary>What is done to training images, in a sentence; and why half of what is usual is not.</summary>
    internal static string Augmentation(RunOptions options)
    {
        var (pad, flip) = options.Training.Augmentation;
        var isText = Data.DataSource.ShowsCharacters(options.Data);
        string[] changes =
        [
            .. pad > 0 ? new[] { $"shifted by up to {pad} pixels" } : [],
            .. flip ? new[] { "mirrored left to right half of the time" } : [],
        ];
        var done =
            changes.Length == 0
                ? "Training images are taken as they are (--augment none)."
                : $"Training images are {string.Join(" and ", changes)} at random (--augment {(pad > 0 ? flip ? "crop-flip" : "crop" : "flip")}).";
        return (isText, flip) switch
        {
            (true, true) =>
                $"{done} They show digits or letters, of which mirror images are others; --augment crop leaves that out.",
            (true, false) when pad > 0 => $"{done} They show digits or letters, which are not mirrored.",
            _ => done,
        };
    }

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
