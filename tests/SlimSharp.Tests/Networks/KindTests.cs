using System.Text.RegularExpressions;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Networks;

/// <summary>
/// Layers are asked what they are like, and not told apart by their kinds: a new one would fall through.
/// </summary>
public class KindTests
{
    // Where kinds are what it is about: their own files, running them, ONNX operators both ways.
    private static readonly string[] Places =
    [
        "SlimSharp/Networks/Layers/",
        "SlimSharp/Networks/LayerNames.cs",
        "SlimSharp/Networks/Node.cs", // what an input is
        "SlimSharp/Models/",
        "SlimSharp.Onnx/Import/Importer.",
        "SlimSharp.Onnx/LayerNodes.cs",
        "SlimSharp/Formats/NameMap.cs", // what Keras calls them
        "SlimSharp.Cli/Reproducing/", // what released networks are made of
    ];

    [Fact]
    public void Nobody_tells_layer_kinds_apart_but_where_they_are_run_and_written()
    {
        var kinds = string.Join('|', LayerNames.Own.Select(t => t.Name));
        var test = new Regex(
            $@"\b(is|case|or|and|as|not|Layer:) \(?(Networks\.)?({kinds})\b"
                + $@"|^\s+(Networks\.)?({kinds})( \{{[^}}]*\}})?( \w+)?( when .*)? =>"
                + $@"|OfType<(Networks\.)?({kinds})>|\((Networks\.)?({kinds})\)\w+"
        );
        var source = Path.Combine(Machine.Root, "src");
        var files = Directory
            .GetFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path: f, Name: Path.GetRelativePath(source, f).Replace('\\', '/')))
            .Where(f => !f.Name.Split('/').Contains("obj"))
            .ToArray();
        Assert.True(files.Length > 300);
        bool IsPlace(string name) => Places.Any(p => name.StartsWith(p, StringComparison.Ordinal));
        string[] Tests(string path) =>
            [.. File.ReadLines(path).Where(l => !l.TrimStart().StartsWith("//") && test.IsMatch(l))];
        Assert.Empty(
            files.Where(f => !IsPlace(f.Name)).SelectMany(f => Tests(f.Path).Select(l => $"{f.Name}: {l.Trim()}"))
        );
        Assert.All(
            (string[])["Models/Schedule.cs", "Formats/NameMap.cs"], // or it would find nothing
            name => Assert.NotEmpty(Tests(Path.Combine(source, "SlimSharp", name)))
        );
    }
}
