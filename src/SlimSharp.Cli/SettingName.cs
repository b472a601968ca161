using System.Text;

namespace SlimSharp.Cli;

/// <summary>
/// The names of settings: in files with dots between levels, as in training.batchSize; for people those of the options
/// that set them, as in batch.
/// </summary>
internal static class SettingName
{
    // Options whose setting has a name of its own in run.json.
    private static readonly Dictionary<string, string> s_options = new(StringComparer.Ordinal)
    {
        ["data"] = "data.path",
        ["pad"] = "data.pad",
        ["batch"] = "training.batchSize",
        ["lr"] = "training.learningRate.initial",
        ["schedule"] = "training.learningRate.kind",
        ["warmup"] = "training.learningRate.warmUp",
        ["rewind"] = "training.learningRate.begin",
        ["optimizer"] = "training.optimizer.kind",
        ["clip"] = "training.clipNorm",
        ["beta"] = "splitting.beta",
        ["prox-step"] = "prox.step",
        ["sigma"] = "variational.sigma",
        ["sigma-lr"] = "variational.rate",
        ["kl-weight"] = "variational.weight",
        ["kl-warmup"] = "variational.warmup",
        ["target-macs"] = "steering.target-macs",
        ["teacher-weight"] = "distillation.weight",
    };

    /// <summary>
    /// True if a setting has that name: the option's, its own, or the end of its own after a dot, however words are
    /// joined.
    /// </summary>
    internal static bool Means(string name, string setting) =>
        setting == name
        || (
            s_options.TryGetValue(name, out var meant)
                ? setting == meant
                : $".{Plain(setting)}".EndsWith($".{Plain(name)}", StringComparison.Ordinal)
        );

    /// <summary>
    /// The shortest name by which people find the setting, and none of <paramref name="others"/> but one of that very
    /// name: cuts and trainings both have a seed.
    /// </summary>
    internal static string Of(string setting, IEnumerable<string> others)
    {
        if (s_options.FirstOrDefault(o => o.Value == setting).Key is { } option)
            return option;
        var parts = setting.Split('.');
        string[] rest = [.. others.Where(o => o != setting)];
        return Enumerable
                .Range(1, parts.Length)
                .Select(n => Words(string.Join('.', parts[^n..])))
                .FirstOrDefault(name => !s_options.ContainsKey(name) && !rest.Any(o => o != name && Means(name, o)))
            ?? setting;
    }

    // batchSize and batch-size are the same words.
    private static string Plain(string name) => name.Replace("-", "").ToLowerInvariant();

    private static string Words(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter))
                words.Append('-');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }
}
