using System.Text.RegularExpressions;

namespace SlimSharp.Tests.Readme;

/// <summary>A page that says step by step which files to add and where to put lines into others.</summary>
internal static partial class HowTo
{
    /// <summary>The pages.</summary>
    internal static string[] Pages { get; } = ["adding-a-penalty.md", "adding-a-layer.md", "adding-a-data-set.md"];

    /// <summary>Does to the repository in a folder what the page says, and returns how many steps that were.</summary>
    internal static int Follow(string page, string folder)
    {
        var steps = Steps().Matches(File.ReadAllText(Path.Combine(Machine.Root, "docs", page)));
        foreach (Match step in steps)
        {
            var path = Path.Combine(folder, step.Groups["path"].Value);
            var code = step.Groups["code"].Value;
            if (!step.Groups["anchor"].Success)
            {
                Assert.False(File.Exists(path), $"{page}: {path} is there already");
                File.WriteAllText(path, code);
                continue;
            }
            var lines = File.ReadAllLines(path).ToList();
            var at = lines.FindIndex(l => l.Contains(step.Groups["anchor"].Value, StringComparison.Ordinal));
            Assert.True(at >= 0, $"{page}: {path} has no line with {step.Groups["anchor"].Value}");
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
}
