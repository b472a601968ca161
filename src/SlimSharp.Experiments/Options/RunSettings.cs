using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using Settings = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace SlimSharp.Experiments;

/// <summary>
/// The settings of a run by which it is listed and found: those of its options, and each parameter of its regularisers,
/// as in variational.sigma. Penalty, λ and method of the first that makes scales sparse are penalty, lambda and method.
/// </summary>
public static class RunSettings
{
    private static readonly string[] First = ["penalty", "lambda"];

    // What runs that began before there was a list of regularisers had in its place.
    private static readonly string[] Earlier = ["penalty", "lambda", "method.", "recovery.", "regularizers"];

    /// <summary>The settings of options as run.json and provenances have them.</summary>
    public static Settings Of(JsonNode? options)
    {
        var flat = RunList.Settings(options);
        try
        {
            var run = RunOptions.FromJson(options?.ToJsonString() ?? "");
            var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in flat.Where(s => !Earlier.Any(e => IsOf(s.Key, e))))
                settings[name] = value;
            if (run.GroupNorm == GroupNormGains.AsStored)
                settings.Remove("groupNorm"); // as in runs from before there was a choice
            if (run.FromScratch is true)
                settings["fromScratch"] = "true";
            Add(run.Texts, settings);
            return settings;
        }
        catch (JsonException)
        {
            return flat; // damaged, or of a later version
        }
    }

    private static void Add(IReadOnlyList<RegularizerText> texts, SortedDictionary<string, string> settings)
    {
        if (texts.Count > 0)
            settings["regularizer"] = string.Join(' ', texts);
        var sparse = texts.FirstOrDefault(t => t.Kind.ActsOnScales || t.Kind.Name == "variational");
        if (sparse is not null)
            settings["method"] = sparse.Kind.Name;
        foreach (var text in texts)
        {
            var number = 1;
            string Key(string name) =>
                ReferenceEquals(text, sparse) && First.Contains(name) ? name
                : number == 1 ? $"{text.Kind.Name}.{name}"
                : $"{text.Kind.Name}-{number}.{name}";
            while (text.Parameters.Any(p => settings.ContainsKey(Key(p.Key))))
                number++;
            foreach (var (name, value) in text.Parameters)
                settings[Key(name)] = value;
        }
    }

    private static bool IsOf(string name, string earlier) =>
        earlier.EndsWith('.') ? name.StartsWith(earlier, StringComparison.Ordinal) : name == earlier;
}
