namespace SlimSharp.Tests.Packages;

/// <summary>
/// Sources fit 120 columns, documentation included; only a text that a program says may make a line longer.
/// </summary>
public class ColumnTests
{
    private const int Columns = 120;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("samples")]
    [InlineData("benchmarks")]
    public void Lines_fit(string folder)
    {
        var files = Directory.GetFiles(Path.Combine(Machine.Root, folder), "*.cs", SearchOption.AllDirectories);
        string[] tooLong =
        [
            .. from file in files
            let path = Path.GetRelativePath(Machine.Root, file)
            where !path.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin")
            from line in TooLong(File.ReadAllLines(file))
            select $"{path}:{line}",
        ];
        Assert.True(tooLong.Length == 0, string.Join('\n', tooLong.Take(20)));
    }

    [Fact]
    public void Long_comments_are_found_and_long_texts_are_not()
    {
        var words = new string('x', Columns);
        Assert.Equal([1, 2], TooLong([$"// {words}", $"/// <summary>\"{words}\"</summary>", $"Say(\"{words}\");"]));
        Assert.Empty(TooLong(["var page = $\"\"\"", $"// {words}", "\"\"\";"]));
    }

    private static IEnumerable<int> TooLong(IReadOnlyList<string> lines)
    {
        var isText = false;
        foreach (var (at, line) in lines.Index())
        {
            if (line.Split("\"\"\"").Length % 2 == 0)
                isText = !isText;
            else if (!isText && Width(line) > Columns && (IsComment(line) || !line.Contains('"')))
                yield return at + 1;
        }
    }

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);

    private static int Width(string line) => new System.Globalization.StringInfo(line).LengthInTextElements;
}
