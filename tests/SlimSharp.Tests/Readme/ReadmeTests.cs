using System.Text.RegularExpressions;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Tests.Readme;

using static TorchSharp.torch.nn;

[Collection(nameof(Alone))]
public class ReadmeTests
{
    private static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Machine.Root, path));

    [Fact]
    public void The_snippet_is_the_code_that_is_compiled_here()
    {
        var code = Lines("tests/SlimSharp.Tests/Readme/OwnLoop.cs")
            .SkipWhile(l => !l.Contains("<snippet>"))
            .Skip(1)
            .TakeWhile(l => !l.Contains("</snippet>"));
        var readme = Lines("README.md").SkipWhile(l => l != "```csharp").Skip(1).TakeWhile(l => l != "```");
        Assert.Equal(code.Select(l => l.Trim()), readme.Select(l => l.Trim()));
    }

    [Fact]
    public void The_snippet_runs()
    {
        var path = Path.Combine(Machine.Folder(), "own.slim");
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            using var scope = torch.NewDisposeScope();
            OwnLoop.Run(
                [.. Enumerable.Range(0, 3).Select(_ => (torch.randn(8, 3, 32, 32), torch.randint(10, [8])))],
                path
            );
        }
        finally
        {
            Console.SetOut(output);
        }
        using var file = SlimFile.Load(path);
        using var model = file.ToModel();
        Assert.True(file.Network.Nodes.Length > 10);
        var checks = Verification.Of(file);
        Assert.Contains(checks, c => c.Name == "function");
        Assert.All(checks, c => Assert.True(c.Holds, c.ToString()));
    }

    [Fact]
    public void A_penalty_works_on_modules_of_others()
    {
        using var scope = torch.NewDisposeScope();
        using var inner = Sequential(BatchNorm1d(4), ReLU());
        using var module = Sequential(
            Conv2d(1, 4, 3),
            BatchNorm2d(4),
            AdaptiveAvgPool2d(1),
            Flatten(),
            inner,
            Linear(4, 2)
        );
        Assert.Equal(2, BatchNormScales.Of(module).Count);
        var penalty = new ScalePenalty(new L1(), 0.25);
        module.call(torch.randn(4, 1, 8, 8)).sum().backward();
        var before = BatchNormScales.Of(module).Select(s => Numbers.Read(s.grad!)).ToArray();
        penalty.AddGradients(module);
        foreach (var (scale, gradient) in BatchNormScales.Of(module).Zip(before))
            // Scales start at 1.
            Assert.All(Numbers.Read(scale.grad!).Zip(gradient), g => Assert.Equal(g.Second + 0.25, g.First, 1e-6));
        Assert.Equal(2, penalty.Value(module), 1e-6);
    }

    [Fact]
    public void Commands_and_options_that_the_documents_name_exist()
    {
        var known = Directory
            .GetFiles(Path.Combine(Machine.Root, "src", "SlimSharp.Cli"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToArray();
        string[] commands =
        [
            .. SlimSharp.Cli.CommandTree.Root().Subcommands.Select(c => c.Name),
            "groups", // which a reader adds with docs/adding-a-command.md
        ];
        foreach (
            var document in Directory
                .GetFiles(Path.Combine(Machine.Root, "docs"), "*.md")
                .Append(Path.Combine(Machine.Root, "README.md"))
        )
        {
            foreach (Match match in Regex.Matches(File.ReadAllText(document), @"(?<!\.)slim (\w+)[^\n`]*"))
            {
                var words = match.Value.Split(' ');
                Assert.Contains(match.Groups[1].Value, commands);
                Assert.All(
                    words.Where(w => w.StartsWith("--", StringComparison.Ordinal) && w != "--help"),
                    o => Assert.Contains(known, k => k.Contains($"\"{o.TrimEnd('.', ',', ')')}\""))
                );
            }
        }
    }
}
