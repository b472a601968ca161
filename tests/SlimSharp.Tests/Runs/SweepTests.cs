using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Descriptions of sweeps, and the plans made of them.</summary>
public class SweepTests
{
    [Fact]
    public void A_description_expands_to_numbered_runs_with_their_parents()
    {
        var runs = SweepFile.Read(Write(Description)).Expand();
        Assert.Equal(9 + 18 + 18, runs.Length);
        Assert.Equal(Enumerable.Range(1, 45), runs.Select(r => r.Number));
        Assert.DoesNotContain(runs, r => r.Settings["penalty"] == "l1" && r.Settings["lambda"] == "0.002");
        var train = runs[0];
        Assert.Equal(
            ("train", "true", "0.001", "2"),
            (train.Command, train.Options["nesterov"], train.Options["lambda"], train.Options["epochs"])
        );
        var retrain = runs[^1];
        var cut = runs[retrain.Parent!.Value - 1];
        Assert.Equal(("retrain", "prune"), (retrain.Command, cut.Command));
        // What was trained with a seed is cut and retrained with it.
        var seed = runs[cut.Parent!.Value - 1].Options["seed"];
        Assert.Equal((seed, seed), (cut.Options["seed"], retrain.Options["seed"]));
        Assert.Equal("0.4", retrain.Settings["macs"]);
    }

    [Fact]
    public void Json_says_the_same_as_toml()
    {
        var json = """
            {"name": "Penalties-1", "stage": [
              {"command": "train", "options": {"model": "vgg11", "nesterov": true, "epochs": 2},
               "grid": {"penalty": ["l1", "tl1:a=1"], "lambda": [0.001, 0.002], "seed": [0, 1, 2]}, "unless": [{"penalty": "l1", "lambda": 0.002}]},
              {"name": "cut", "command": "prune", "grid": {"macs": [0.6, 0.4]}},
              {"command": "retrain", "options": {"epochs": 1}}]}
            """;
        string Lines(SweepPlan plan) =>
            string.Join(
                '\n',
                plan.Expand()
                    .Select(r =>
                        $"{r.Number} {r.Stage} {r.Parent} {string.Join(' ', r.Options)} {string.Join(' ', r.Settings)}"
                    )
            );
        Assert.Equal(Lines(SweepFile.Read(Write(Description))), Lines(SweepFile.Read(Write(json, "sweep.json"))));
    }

    [Fact]
    public void Cases_bring_options_that_belong_together()
    {
        var runs = SweepFile
            .Read(
                Write(
                    """
                    [[stage]]
                    command = "train"
                    [stage.options]
                    epochs = 2
                    [stage.grid]
                    seed = [0, 1]
                    [[stage.case]]
                    name = "none"
                    [[stage.case]]
                    name = "long l1"
                    penalty = "l1"
                    lambda = 1e-3
                    epochs = 4
                    [[stage.unless]]
                    penalty = "l1"
                    seed = 1
                    """
                )
            )
            .Expand();
        Assert.Equal(
            ["none 0 2 ", "none 1 2 ", "long l1 0 4 l1"],
            runs.Select(r =>
                $"{r.Settings["case"]} {r.Options["seed"]} {r.Options["epochs"]} {r.Options.GetValueOrDefault("penalty")}"
            )
        );
        Assert.All(runs, r => Assert.False(r.Options.ContainsKey("case")));
    }

    [Fact]
    public void A_list_of_regularisers_is_one_value_in_options_cases_and_grids()
    {
        var runs = SweepFile
            .Read(
                Write(
                    """
                    [[stage]]
                    command = "train"
                    [stage.grid]
                    regularizer = ["mixup:alpha=0.2", ["mixup:alpha=1", "prox:penalty=l1,lambda=1e-3"]]
                    [[stage]]
                    command = "retrain"
                    case = [{ name = "both", regularizer = ["zeros", "mixup:alpha=0.4"] }]
                    """
                )
            )
            .Expand();
        Assert.Equal(
            ["mixup:alpha=0.2", "mixup:alpha=1 prox:penalty=l1,lambda=1e-3"],
            runs.Where(r => r.Command == "train").Select(r => r.Settings["regularizer"])
        );
        Assert.All(
            runs.Where(r => r.Command == "retrain"),
            r => Assert.Equal("zeros mixup:alpha=0.4", r.Options["regularizer"])
        );
    }

    private const string Controls = """
        [[stage]]
        command = "train"
        case = [
            { name = "l1", penalty = "l1", grid = { lambda = [1, 2] } },
            { name = "variational", method = "variational", only = { seed = [0] } },
        ]
        [stage.grid]
        seed = [0, 1]

        [[stage]]
        name = "cut"
        command = "prune"
        case = [{ name = "scales" }, { name = "random", control = "random", only = { case = "l1", lambda = 2 } }]
        [stage.options]
        ratio = 0.5
        """;

    [Fact]
    public void Cases_have_grids_of_their_own_and_may_look_at_what_came_before()
    {
        var runs = SweepFile.Read(Write(Controls)).Expand();
        string Text(SweepRun run) => string.Join(' ', run.Settings.Select(s => s.Value));
        Assert.Equal(
            ["l1 1 0", "l1 1 1", "l1 2 0", "l1 2 1", "variational 0"],
            runs.Where(r => r.Command == "train").Select(Text).Order()
        );
        Assert.Equal(
            [
                "l1 random 2 0",
                "l1 random 2 1",
                "l1 scales 1 0",
                "l1 scales 1 1",
                "l1 scales 2 0",
                "l1 scales 2 1",
                "variational scales 0",
            ],
            runs.Where(r => r.Command == "prune").Select(Text).Order()
        );
        Assert.All(runs.Where(r => r.Command == "prune"), r => Assert.Equal(r.Settings["seed"], r.Options["seed"]));
    }

    [Fact]
    public void Seeds_are_finished_one_after_the_other_each_training_with_all_that_starts_from_it()
    {
        var sweep = Folder(Controls);
        var order = new List<SweepRun>();
        new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
            {
                order.Add(run);
                return Succeed(attempt);
            }
        ).WorkOnAll(default);
        Assert.Equal(sweep.Runs.Length, order.Count);
        Assert.Equal(order.OrderBy(r => r.Settings["seed"]), order);
        for (var i = 0; i < order.Count; i++)
        {
            if (order[i].Parent is { } parent)
                Assert.True(order[i - 1].Number == parent || order[i - 1].Parent == parent);
        }
    }

    [Fact]
    public void Cases_of_equal_options_that_are_never_taken_together_are_two()
    {
        const string Apart = """
            [[stage]]
            command = "train"
            case = [{ name = "a", only = { seed = 0 } }, { name = "b", only = { seed = 1 } }]
            grid = { seed = [0, 1], lambda = [1e-40, 2e-40] }
            """;
        Assert.Equal(4, SweepFile.Read(Write(Apart)).Expand().Length);
    }

    [Fact]
    public void Sweeps_that_were_planned_before_there_were_cases_are_read()
    {
        var file = Write(
            """{"plan":{"name":"x","stages":[{"name":"train","command":"train","options":{},"grid":{},"unless":[]}]},"results":{}}""",
            "old.json"
        );
        Assert.Single(SweepResults.Read(file).Plan.Expand());
    }

    [Theory]
    [InlineData("[[stage]]\ncommand = \"train\"\n[[stage.case]]\nepochs = 3", "case 1 has no name")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[[stage.case]]\nname = \"a\"\n[[stage.case]]\nname = \"a\"",
        "two cases are called 'a'"
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[[stage.case]]\nname = \"a\"\nseed = 1\n[stage.grid]\nseed = [1]",
        "both in a case and in the grid"
    )]
    [InlineData("[[stage]]\ncommand = \"train\"\ngrid = { seed = [1, 2, 1] }", "grid of 'seed' has 1 twice")]
    [InlineData("[[stage]]\ncommand = \"train\"\ngrid = { lambda = [0.001, \"1e-3\"] }", "has 0.001 and 1e-3 twice")]
    [InlineData("[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", grid = { seed = [1, 1] } }]", "has 1 twice")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\nunless = [{ sede = 1 }]\n[stage.grid]\nseed = [1]",
        "'unless' names 'sede'"
    )]
    [InlineData("[[stage]]\ncommand = \"train\"\nunless = [{ seed = 1 }]\n[stage.grid]\nseed = [1]", "has no run")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", only = { seed = 3 } }]",
        "'a' of the stage 'train' is never taken"
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", grid = { seed = [] } }]",
        "the grid of 'seed' in the case 'a' is empty"
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", seed = 1, grid = { seed = [1] } }]",
        "in the grid of the case 'a'"
    )]
    [InlineData("name = \"..\"\n[[stage]]\ncommand = \"train\"", "not of dots alone, such as 'sweep'")]
    [InlineData("name = \".\"\n[[stage]]\ncommand = \"train\"", "not of dots alone, such as 'sweep'")]
    [InlineData("[[stage]]\nname = \" \"\ncommand = \"train\"", "The name of stage 1 is empty")]
    [InlineData("[[stage]]\nname = \"a\\nb\"\ncommand = \"train\"", "'a\\u000ab', has a line break")]
    [InlineData("[[stage]]\ncommand = \"train\"\ncase = [{ name = \"\" }]", "the name of a case is empty")]
    [InlineData("[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\\u001B\" }]", "'a\\u001b', has a line break or")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", lambda = 0.001 }, { name = \"b\", lambda = \"1e-3\" }]",
        "two cases make the same run: a and b."
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", lambda = 1 }, { name = \"b\", grid = { lambda = [2, 1.0] } }]",
        "two cases make the same run: a and b 1."
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[[stage]]\ncommand = \"prune\"\ncase = [{ name = \"a\" }, { name = \"b\" }]",
        "In the stage 'prune', two cases make the same run: a and b."
    )]
    [InlineData("name = 3 x", "cannot be read")]
    [InlineData("name = \"x\"", "has no stages")]
    [InlineData("jobs = 3\n[[stage]]\ncommand = \"train\"", "there is no 'jobs'")]
    [InlineData("[[stage]]\nname = \"x\"", "stage 1 has no command")]
    [InlineData("[[stage]]\ncommand = \"train\"\nepoch = 3", "there is no 'epoch' in a stage")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.grid]\nseed = 3", "'seed' must be a list")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.grid]\nseed = []", "the grid of 'seed' is empty")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\nseed = [3]", "seed must be a number")]
    [InlineData("[[stage]]\ncommand = \"demo\"", "is 'demo', but a stage is")]
    [InlineData("[[stage]]\ncommand = \"prune\"", "must be train")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[[stage]]\nname = \"b\"\ncommand = \"train\"", "cannot be train")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\nout = \"x\"", "'out' is for the sweep itself")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\nhelp = true", "'help' is no option of a run")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.grid]\n\"?\" = [true]", "'?' is no option of a run")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[stage.options]\n\"out=/etc/x\" = true",
        "'out=/etc/x' is no option of a run"
    )]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\n\"\" = 1", "'' is no option of a run")]
    [InlineData("[[stage]]\ncommand = \"train\"\n[stage.options]\n\"a\\u001B\" = 1", "'a\\u001b' is no option")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\ncase = [{ name = \"a\", plan-only = true }]",
        "'plan-only' is no option of a run"
    )]
    [InlineData("name = \"a b\"\n[[stage]]\ncommand = \"train\"", "the name 'a b' is to be of")]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[stage.options]\nseed = 1\n[stage.grid]\nseed = [1]",
        "both an option and a grid"
    )]
    public void A_wrong_description_is_told_in_a_sentence(string text, string part) =>
        Assert.Contains(part, Assert.Throws<RunException>(() => SweepFile.Read(Write(text)).Expand()).Message);
}
