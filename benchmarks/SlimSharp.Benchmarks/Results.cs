using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>
/// The results page of this processor; a run replaces the tables that it measured and leaves the others.
/// </summary>
internal sealed class Results(string folder)
{
    private readonly string _path = Path.Combine(folder, $"{Slug(Processor.Name)}.md");

    /// <summary>Prints a table and writes it to the page.</summary>
    internal void Table(
        string title,
        string command,
        IReadOnlyList<string> head,
        IEnumerable<string[]> rows,
        params ReadOnlySpan<string> notes
    )
    {
        var text = new StringBuilder();
        text.AppendLine($"## {title}").AppendLine();
        text.AppendLine(
            $"`{command}`, {Threads.Count} threads, TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}, libtorch {torch.__version__}, .NET {Environment.Version}, {RuntimeInformation.OSDescription}, {DateTime.UtcNow:yyyy-MM-dd}."
        );
        text.AppendLine()
            .AppendLine($"| {string.Join(" | ", head)} |")
            .AppendLine($"|{string.Concat(head.Select(_ => "---|"))}");
        foreach (var row in rows)
            text.AppendLine($"| {string.Join(" | ", row)} |");
        foreach (var note in notes)
            text.AppendLine().AppendLine(note);
        Console.WriteLine(text);
        Write(title, text.ToString());
        Console.WriteLine($"written to {_path}");
    }

    private void Write(string title, string section)
    {
        Directory.CreateDirectory(folder);
        var sections = File.Exists(_path)
            ? File.ReadAllText(_path).Split("\n## ").Skip(1).Select(s => "## " + s.TrimEnd() + "\n").ToList()
            : [];
        sections.RemoveAll(s => s.StartsWith($"## {title}\n", StringComparison.Ordinal));
        sections.Add(section);
        File.WriteAllText(_path, $"# {Processor.Name}\n\n{string.Join("\n", sections.Order(StringComparer.Ordinal))}");
    }

    private static string Slug(string name) =>
        string.Join(
            '-',
            new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            )
        );
}
