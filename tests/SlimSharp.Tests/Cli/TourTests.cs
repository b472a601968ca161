using SlimSharp.Cli;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>The tour that --help shows works wherever the tool is installed.</summary>
[Collection(nameof(Alone))]
public class TourTests
{
    private static readonly string[][] Steps =
    [
        .. CommandTree
            .Tour.Split('\n')
            .Where(l => l.StartsWith("  slim ", StringComparison.Ordinal))
            .Select(l => l.Trim().Split("   ")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]),
    ];

    [Fact]
    public void Every_step_is_a_command_as_it_stands()
    {
        Assert.True(Steps.Length >= 8);
        Assert.All(Steps, s => Assert.Null(Misuse.Of(CommandTree.Root().Parse(s))));
    }

    [Fact]
    public async Task The_sample_is_found_by_its_name_from_any_folder()
    {
        var output = await InEmptyFolder(() => Run("data", "sample", "--json"));
        Assert.Equal((0, ""), (output.Code, output.Error));
        Assert.Contains("\"images\":5400", output.Output);
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task All_steps_run_one_after_another_in_an_empty_folder() =>
        await InEmptyFolder(async () =>
        {
            foreach (var step in Steps)
            {
                string[] quick =
                [
                    .. step.Select(w =>
                        w switch
                        {
                            "vgg16" => "vgg11",
                            "0.25" => "0.1",
                            "10" => "1",
                            _ => w,
                        }
                    ),
                    "--threads",
                    "1",
                ];
                var (code, output, error) = await Run(quick);
                Assert.True(code == 0, $"{string.Join(' ', step)}: {error} {output}");
            }
            return 0;
        });

    private static async Task<T> InEmptyFolder<T>(Func<Task<T>> run)
    {
        var before = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(Machine.Folder());
        try
        {
            return await run();
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }
}
