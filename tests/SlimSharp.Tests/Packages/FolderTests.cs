using System.Text.RegularExpressions;

namespace SlimSharp.Tests.Packages;

/// <summary>No two folders of one project need each other: what is in one can be read without the other.</summary>
public partial class FolderTests
{
    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Machine.Root, "src")).Select(p => Path.GetFileName(p)!).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_two_folders_need_each_other(string project)
    {
        var sources = Read(Path.Combine(Machine.Root, "src", project));
        var needs = Needs(sources);
        var folders = needs.Keys.ToHashSet();
        var circles = folders
            .Where(f => Reached(needs, f).Contains(f))
            .SelectMany(f =>
                needs[f].Where(n => Reached(needs, n.Key).Contains(f)).Select(n => $"{f} needs {n.Key}: {n.Value}")
            )
            .Order()
            .ToArray();
        Assert.True(circles.Length == 0, string.Join('\n', circles));
    }

    [Fact]
    public void A_circle_is_found_by_usings_by_qualified_names_and_by_types_of_one_namespace()
    {
        Source Of(string folder, string name, string text) => new(folder, name, name, text);
        Assert.Contains(
            "A",
            Reached(
                Needs([
                    Of("A", "SlimSharp.A", "using SlimSharp.B;\npublic class X;"),
                    Of("B", "SlimSharp.B", "public class Y { A.X? x; }"),
                ]),
                "A"
            )
        );
        Assert.Contains(
            "A",
            Reached(
                Needs([
                    Of("A", "SlimSharp", "public class Xylem(Yarrow y);"),
                    Of("B", "SlimSharp", "internal record Yarrow { int X => new Xylem(this).Z; }"),
                ]),
                "A"
            )
        );
        Assert.Empty(
            Reached(
                Needs([
                    Of("A", "SlimSharp", "public class Xylem { void Yarrow() { } }"),
                    Of("B", "SlimSharp", "internal record Yarrow; // Xylem"),
                ]),
                "A"
            )
        );
    }

    // Of each folder, the folders that it needs, with the first file that does.
    private static Dictionary<string, Dictionary<string, string>> Needs(IReadOnlyCollection<Source> sources)
    {
        var owners = sources
            .GroupBy(s => s.Namespace)
            .Where(g => g.Select(s => s.Folder).Distinct().Count() == 1)
            .ToDictionary(g => g.Key, g => g.First().Folder);
        var types = sources
            .Where(s => !owners.ContainsKey(s.Namespace))
            .SelectMany(s => Declared().Matches(s.Text).Select(m => (Name: m.Groups["name"].Value, s.Folder)))
            .Distinct()
            .GroupBy(t => t.Name)
            .Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.First().Folder);
        var needs = sources
            .Select(s => s.Folder)
            .Distinct()
            .ToDictionary(f => f, _ => new Dictionary<string, string>());
        foreach (var source in sources)
        {
            var text = Aside().Replace(source.Text, "");
            var named = Using()
                .Matches(text)
                .Select(m => owners.GetValueOrDefault(m.Groups["name"].Value))
                .Concat(owners.Where(o => Names(text, o.Key, source.Namespace)).Select(o => o.Value))
                .Concat(Word().Matches(text).Select(m => types.GetValueOrDefault(m.Value)));
            foreach (var folder in named.OfType<string>().Where(f => f != source.Folder))
                needs[source.Folder].TryAdd(folder, source.Name);
        }
        return needs;
    }

    // A type by its namespace, whole or without what it shares with the file's own.
    private static bool Names(string text, string theirs, string own) =>
        theirs.LastIndexOf('.') is > 0 and var dot
        && own.StartsWith(theirs[..dot], StringComparison.Ordinal)
        && Regex.IsMatch(
            text,
            $@"(?<![\w.""])({Regex.Escape(theirs)}|{Regex.Escape(theirs[(dot + 1)..])})\.[A-Z]\w*(?!\s*\()"
        );

    private static HashSet<string> Reached(Dictionary<string, Dictionary<string, string>> needs, string from)
    {
        var (reached, open) = (new HashSet<string>(), new Stack<string>([from]));
        while (open.TryPop(out var folder))
        {
            foreach (var next in needs[folder].Keys.Where(reached.Add))
                open.Push(next);
        }
        return reached;
    }

    private static Source[] Read(string project) =>
        [
            .. from file in Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
            let parts = Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)
            where parts.Length > 1 && parts[0] is not ("obj" or "bin") // what lies above all folders serves all
            let text = File.ReadAllText(file)
            select new Source(parts[0], string.Join('/', parts), Namespace().Match(text).Groups["name"].Value, text),
        ];

    private sealed record Source(string Folder, string Name, string Namespace, string Text);

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (static )?(\w+ = )?(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(
        @"^(public|internal)[\w ]* (class|record|struct|interface|enum|record struct) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declared();

    // A type's name: neither a member's, nor a method's.
    [GeneratedRegex(@"(?<=new )[A-Z]\w+|(?<![\w.])[A-Z]\w+\b(?!\s*\()")]
    private static partial Regex Word();

    // Comments, and the texts of string literals.
    [GeneratedRegex(@"//.*|""(\\.|[^""\\\n])*""")]
    private static partial Regex Aside();
}
