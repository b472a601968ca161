using System.Text.RegularExpressions;

namespace SlimSharp.Tests.Readme;

/// <summary>
/// The pages that say how to add something. Their code is compiled with the tests, in Adding/, and runs there; and all
/// of them are followed on a copy of the repository.
/// </summary>
public partial class HowToTests
{
    private static readonly string[] LeftOut = ["artifacts", "runs", ".git", "bin", "obj"];

    // These change what is compiled in one piece, so that they are only followed.
    private static readonly string[] OnlyFollowed =
    [
        "adding-a-data-set.md",
        "adding-a-layer.md",
        "adding-a-penalty.md",
    ];

    [Fact]
    public void Every_row_of_the_table_has_its_page_and_every_page_its_row()
    {
        var text = File.ReadAllText(Path.Combine(Machine.Root, "docs", "adding.md"));
        var pages = Link().Matches(text).ToDictionary(m => m.Groups["title"].Value, m => m.Groups["page"].Value);
        string[] rows = [.. text.Split('\n').Where(l => l.StartsWith('|')).Skip(2).Select(l => l.Split('|')[1].Trim())];
        Assert.Equal(rows.Order(), pages.Keys.Order());
        Assert.Equal(HowTo.Pages.Select(p => p.Name), pages.Values.Distinct().Order());
    }

    [Fact]
    public void Code_of_the_pages_is_code_that_is_compiled_and_run()
    {
        var compiled = Trimmed(
            string.Join(
                '\n',
                Directory
                    .GetFiles(
                        Path.Combine(Machine.Root, "tests/SlimSharp.Tests/Adding"),
                        "*.cs",
                        SearchOption.AllDirectories
                    )
                    .Select(File.ReadAllText)
            )
        );
        foreach (var page in HowTo.Pages.Where(p => !OnlyFollowed.Contains(p.Name)))
        {
            Assert.NotEmpty(page.Blocks);
            foreach (var (code, path) in page.Blocks)
                Assert.True(
                    (path is null ? compiled : Trimmed(File.ReadAllText(Path.Combine(Machine.Root, path)))).Contains(
                        Trimmed(code),
                        StringComparison.Ordinal
                    ),
                    $"{page.Name}: not in {path ?? "tests/SlimSharp.Tests/Adding"}:\n{code}"
                );
        }
    }

    [Fact]
    public void Every_step_of_the_pages_has_its_place()
    {
        var folder = Copy();
        Assert.All(HowTo.Pages, p => Assert.Equal(p.Announced, p.Follow(folder)));
        Assert.InRange(HowTo.Pages.Sum(p => p.Announced), 30, 100);
    }

    [Fact]
    [Trait("Length", "long")]
    public void Whoever_follows_the_pages_gets_what_builds_and_passes_the_tests()
    {
        var folder = Copy();
        foreach (var page in HowTo.Pages)
        {
            page.Follow(folder);
            // Now they are where they belong, and the tests of the pages are run on them there.
            foreach (var example in page.NewFiles.Select(f => Path.GetFileName(f)!))
                File.Delete(Path.Combine(folder, "tests/SlimSharp.Tests/Adding/Examples", example));
        }
        Machine.Dotnet(folder, "build", "tests/SlimSharp.Tests", "-c", "Release", "--nologo", "-v", "quiet");

        var tests = Path.Combine(folder, "artifacts", "bin", "SlimSharp.Tests", "release", "SlimSharp.Tests.dll");
        string[] classes =
        [
            "Adding.*",
            "Penalties.PenaltyTests",
            "Penalties.PenaltyTextTests",
            "Models.ModelTests",
            "Models.PassTests",
            "Regularizers.RegularizerTests",
            "Regularizers.RegularizerKindTests",
            "Slimming.CriterionTests",
            "Slimming.SurgeryTests",
            "Training.OptimizerChainTests",
            "Onnx.ExportTests",
            "Onnx.ImportTests",
            "Onnx.QuantizationTests",
            "Zoo.ZooTests",
        ];
        var output = Machine.Dotnet(
            folder,
            [tests, "-noColor", .. classes.SelectMany(c => new[] { "-class", $"SlimSharp.Tests.{c}" })]
        );
        Assert.Contains("Failed: 0", output);
        Use(folder);
    }

    // What was added, by the command: data set, network, rate, optimiser, methods, criterion, command, picture.
    private static void Use(string folder)
    {
        var slim = Path.Combine(folder, "artifacts", "bin", "SlimSharp.Cli", "release", "slim.dll");
        string Slim(params string[] arguments) => Machine.Dotnet(folder, [slim, .. arguments]);
        var (data, run) = (Path.Combine(folder, "stl"), Path.Combine(folder, "run"));
        Directory.CreateDirectory(data);
        foreach (var (part, count) in new[] { ("train", 200), ("test", 10) })
        {
            File.WriteAllBytes(
                Path.Combine(data, $"{part}_X.bin"),
                [.. Enumerable.Range(0, count * 3 * 96 * 96).Select(i => (byte)(i * 7919L % 251))]
            );
            File.WriteAllBytes(
                Path.Combine(data, $"{part}_y.bin"),
                [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10 + 1))]
            );
        }
        Assert.Contains("3×96×96", Slim("data", data));
        string[] train =
        [
            .. "train --model allcnn --width 0.05 --epochs 2 --lr 1e-3 --threads 1".Split(' '),
            .. "--schedule polynomial --without upsample-last --data".Split(' '),
            data,
            "--optimizer",
            "lion:beta1=0.9 decay:strength=0.1",
            "--regularizer",
            "lookahead:every=2",
            "--regularizer",
            "prox:penalty=capped:cap=0.5,lambda=1e-3",
            "--out",
            run,
        ];
        Slim(train);
        Assert.Contains("classifier", Slim("groups", run));
        Slim("prune", run, "--criterion", "neighbour", "--macs", "0.5");
        Slim("report", run, "--no-measuring");
        Assert.Contains("Learning rate by epoch", File.ReadAllText(Path.Combine(run, "report.html")));
    }

    private static string Copy()
    {
        var folder = Machine.Folder();
        Copy(Machine.Root, folder);
        return folder;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var below in Directory.GetDirectories(from).Where(d => !LeftOut.Contains(Path.GetFileName(d))))
            Copy(below, Path.Combine(to, Path.GetFileName(below)));
    }

    private static string Trimmed(string text) => string.Join('\n', text.Trim().Split('\n').Select(l => l.Trim()));

    [GeneratedRegex(@"^(?<title>\[[^\]]+\]): (?<page>adding-[a-z-]+\.md)(#[a-z-]+)?$", RegexOptions.Multiline)]
    private static partial Regex Link();
}
