using SlimSharp.Cli;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

public class StudyTests
{
    public static TheoryData<string> Studies =>
        [.. Directory.GetFiles(Path.Combine(Machine.Root, "studies"), "*.toml").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Studies))]
    public void Every_run_of_a_study_is_a_command_that_can_be_typed(string file)
    {
        var runs = SweepFile.Read(Path.Combine(Machine.Root, "studies", file)).Expand();
        var root = CommandTree.Root();
        foreach (var run in runs.DistinctBy(r => (r.Command, string.Join(' ', r.Options))))
        {
            string[] input = run.Command == "train" ? [] : ["a.slim"];
            var parsed = root.Parse([run.Command, .. input, .. SweepExecutor.Options(run), "--out", "b"]);
            Assert.Empty(parsed.Errors.Select(e => e.Message));
            if (run.Options.TryGetValue("penalty", out var penalty))
                SlimSharp.Penalties.Penalty.Parse(penalty);
        }
    }

    [Fact]
    public void The_published_study_trains_every_network_on_every_data_set_with_every_penalty_for_as_long_as_published()
    {
        var runs = SweepFile.Read(Path.Combine(Machine.Root, "studies", "paper.toml")).Expand();
        var trained = runs.Where(r => r.Command == "train").ToArray();
        Assert.Equal(3 * 3 * 11 * 5, trained.Length);
        Assert.Equal(9 * trained.Length, runs.Count(r => r.Command == "retrain"));
        Assert.All(
            runs.Where(r => r.Command != "prune"),
            r =>
                Assert.Equal(
                    r.Settings["data"].EndsWith("svhn", StringComparison.Ordinal) ? "20" : "160",
                    r.Options["epochs"]
                )
        );
    }
}
