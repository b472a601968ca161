using System.Globalization;
using SlimSharp.Regularizers;

namespace SlimSharp.Experiments;

/// <summary>Runs in words.</summary>
public static class RunWords
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
                ? "Training images are taken as they are (TrainingOptions.Augmentation = none)."
                : $"Training images are {string.Join(" and ", changes)} at random (TrainingOptions.Augmentation = {(pad > 0 ? flip ? "crop-flip" : "crop" : "flip")}).";
        return (isText, flip) switch
        {
            (true, true) =>
                $"{done} They show digits or letters, of which mirror images are others; TrainingOptions.Augmentation = crop leaves that out.",
            (true, false) when pad > 0 => $"{done} They show digits or letters, which are not mirrored.",
            _ => done,
        };
    }

    /// <summary>The regularisers in words.</summary>
    public static string Method(RunOptions options)
    {
        RegularizerText[] texts = [.. options.Texts];
        var steered = texts.Where((t, i) => i + 1 < texts.Length && texts[i + 1].Kind.Steers).ToHashSet();
        string[] words = [.. texts.Where((t, i) => i == 0 || !steered.Contains(texts[i - 1])).Select(InWords)];
        return words.Length == 0 ? "none" : string.Join("; ", words);

        string InWords(RegularizerText text) =>
            steered.Contains(text)
                ? $"{text["penalty"]}, λ steered to {Target(texts[Array.IndexOf(texts, text) + 1])} of the MACs"
                : Alone(text);
    }

    /// <summary>Whether a regulariser makes scales sparse.</summary>
    internal static bool MakesSparse(RegularizerText text) => text.Kind.ActsOnScales || text.Kind.Name == "variational";

    /// <summary>What made scales sparse, in a word: the penalty, or the method that has none.</summary>
    internal static string Sparsity(RunOptions options) =>
        options.Texts.FirstOrDefault(MakesSparse) is { } text ? text["penalty"] ?? text.Kind.Name : "no penalty";

    /// <summary>The strength of the penalty where it was not steered; 0 without a penalty.</summary>
    internal static double Lambda(RunOptions options) =>
        options.Texts.FirstOrDefault(t => t.Kind.ActsOnScales) is { } text && text["lambda"] is not null
            ? Number(text, "lambda")
            : 0;

    private static string Alone(RegularizerText text) =>
        text.Kind.Name switch
        {
            "variational" => $"variational scales, σ₀ = {Words.Number(Number(text, "sigma"))}, "
                + $"rate of ln σ² {Words.Number(Number(text, "rate"))}",
            "subgradient" => Strength(text),
            "prox" => $"{Strength(text)}, proximal",
            "splitting" => $"{Strength(text)}, splitting with β = {Words.Number(Number(text, "beta"))}",
            _ => $"{text}",
        };

    private static string Target(RegularizerText steering) => Words.Percent(Number(steering, "target-macs"));

    private static string Strength(RegularizerText text) =>
        $"{text["penalty"]}, λ = {Words.Number(Number(text, "lambda"))}";

    private static double Number(RegularizerText text, string name) =>
        double.Parse(text[name]!, CultureInfo.InvariantCulture);
}
