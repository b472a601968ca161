using System.Text.RegularExpressions;

namespace SlimSharp.Tests.Readme;

/// <summary>A page that says step by step which files to add and where to put lines into others.</summary>
/// <param name="name">Its file in docs/.</param>
internal sealed partial class HowTo(string name)
{
    private readonly string _text = File.ReadAllText(Path.Combine(Machine.Root, "docs", name));

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<HowTo> Pages { get; } =
    [
        .. Directory
            .GetFiles(Path.Combine(Machine.Root, "docs"), "adding-*.md")
            .Select(p => new HowTo(Path.GetFileName(p)))
            .OrderBy(p => p.Name, StringComparer.Ordinal),
    ];

    /// <summary>Its file in docs/.</summary>
    internal string Name => name;

    /// <summary>The paths of the files that it says are to be added.</summary>
    internal IEnumerable<string> NewFiles =>
        Steps().Matches(_text).Where(s => !s.Groups["anchor"].Success).Select(s => s.Groups["path"].Value);

    /// <summary>How many steps it announces.</summary>
    internal int Announced =>
        _text.Split('\n').Count(l => (l.StartsWith("New file `") || l.StartsWith("In `")) && l.EndsWith("`:"));

    /// <summary>The code that it shows, each with the file that this is an excerpt of, or null if it is new.</summary>
    internal IEnumerable<(string Code, string? Path)> Blocks =>
        Shown()
            .Matches(_text)
            .Select(b => (b.Groups["code"].Value, b.Groups["path"] is { Success: true } path ? path.Value : null));

    /// <summary>Does to the repository in a folder what the page says, and returns how many steps that were.</summary>
    internal int Follow(string folder)
    {
        var steps = Steps().Matches(_text);
        foreach (Match step in steps)
        {
            var path = Path.Combine(folder, step.Groups["path"].Value);
            var code = step.Groups["code"].Value;
            if (!step.Groups["anchor"].Success)
            {
                Assert.False(File.Exists(path), $"{name}: {path} is there already");
                Assert.True(Directory.Exists(Path.GetDirectoryName(path)), $"{name}: there is no folder of {path}");
                File.WriteAllText(path, code);
                continue;
            }
            var lines = File.ReadAllLines(path).ToList();
            var at = lines.FindIndex(l => l.Contains(step.Groups["anchor"].Value, StringComparison.Ordinal));
            Assert.True(at >= 0, $"{name}: {path} has no line with {step.Groups["anchor"].Value}");
            lines.Insert(
                step.Groups["where"].Value == "behind" ? at + 1 : at,
                code.TrimEnd('\n') + (code.EndsWith("\n\n", StringComparison.Ordinal) ? "\n" : "")
            );
            File.WriteAllLines(path, lines);
        }
        return steps.Count;
    }

    [GeneratedRegex(
        @"^(New file `(?<path>[^`]+)`|In `(?<path>[^`]+)`, (?<where>before|behind) `(?<anchor>[^`]+)`):\n\n```csharp\n(?<code>.*?)```$",
        RegexOptions.Singleline | RegexOptions.Multiline
    )]
    private static partial Regex Steps();

    [GeneratedRegex(
        @"^(From `(?<path>[^`]+)`:\n\n)?```csharp\n(?<code>.*?)```$",
        RegexOptions.Singleline | RegexOptions.Multiline
    )]
    private static partial Regex Shown();
}
