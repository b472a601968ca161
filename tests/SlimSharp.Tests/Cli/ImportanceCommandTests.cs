namespace SlimSharp.Tests.Cli;

/// <summary>What inspect and evaluate show of features, sparsity and groups.</summary>
[Collection(nameof(Alone))]
public class ImportanceCommandTests
{
    private static readonly Lazy<Task<string>> Trained = new(async () =>
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        await Slim.Json(
            Slim.Train(
                folder,
                "--regularizer",
                "flow:length=0.01,curvature=0.01",
                "--regularizer",
                "weights:penalty=l1,lambda=1e-4",
                "--regularizer",
                "ortho:lambda=1e-3"
            )
        );
        return folder;
    });

    [Fact]
    public async Task A_training_with_a_flow_a_weight_penalty_and_orthonormal_filters_logs_all()
    {
        var lines = File.ReadAllText(Path.Combine(await Trained.Value, "metrics.jsonl"));
        Assert.Contains("flow length", lines);
        Assert.Contains("flow curvature", lines);
        Assert.Contains("weight penalty", lines);
        Assert.Contains("orthonormality penalty", lines);
        Assert.Contains("\"orthogonality block1.conv\"", lines);
    }

    [Fact]
    public async Task How_orthogonal_filters_are_is_shown_layer_by_layer_and_in_one_picture()
    {
        var run = await Trained.Value;
        var layers = (await Slim.Json("inspect", run, "--orthogonality"))
            .Where(l => l["orthogonality"] is not null)
            .ToArray();
        Assert.True(layers.Length > 5);
        Assert.All(layers, l => Assert.InRange((double)l["orthogonality"]!, 0, 1));
        Assert.Equal(1, layers.Sum(l => (double)l["weight"]!), 1e-9);
        await Slim.Json($"report {run} --no-measuring");
        var page = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("Orthogonality by epoch", page);
        Assert.DoesNotContain("Orthogonality block1.conv by epoch", page);
        var (code, _, error) = await Slim.Run("inspect", "vgg16", "--orthogonality");
        Assert.Equal(2, code);
        Assert.Contains("not for vgg16 of the zoo", error);
    }

    [Fact]
    public async Task A_cap_keeps_channels_of_every_layer_and_is_written_down()
    {
        var run = await Trained.Value;
        var cut = Path.Combine(Machine.Folder(), "cut.slim");
        await Slim.Json($"prune {run} --criterion l2 --macs 0.4 --cap 0.5 --out {cut}");
        var lines = await Slim.Json($"inspect {cut}");
        Assert.Contains(lines, l => $"{l["provenance"]}".Contains("0.5"));
        var (code, _, error) = await Slim.Run("prune", run, "--macs", "0.2", "--cap", "95");
        Assert.Equal(2, code);
        Assert.Contains("--cap: '95' is no cap", error);
    }

    [Fact]
    public async Task The_flow_is_shown_by_stages()
    {
        var (code, output, _) = await Slim.Run("inspect", "vgg16", "--flow");
        Assert.Equal(0, code);
        Assert.Contains("block5.relu → block6.relu → block7.relu", output);
        Assert.Contains("8 steps count for the length, 3 bends for the curvature", output);
        (code, _, var error) = await Slim.Run("inspect", "densenet40", "--flow");
        Assert.Equal(2, code);
        Assert.Contains("no two successive layers", error);
    }

    [Fact]
    public async Task What_is_small_is_measured_beside_accuracy()
    {
        var lines = await Slim.Json("evaluate", await Trained.Value, "--sparsity", "--threads", "1");
        var measures = lines.Single(l => l["split"] is not null)["measures"]!.AsObject();
        foreach (
            var name in (string[])
                [
                    "accuracy",
                    "small weights",
                    "accuracy without small weights",
                    "small filters",
                    "accuracy without small filters",
                ]
        )
            Assert.InRange((double)measures[name]!, 0, 1);
    }

    [Fact]
    public async Task Groups_are_judged_and_shown_in_the_report()
    {
        var run = await Trained.Value;
        var lines = await Slim.Json($"inspect {run} --groups 4 --criterion l2 --images 20 --threads 1");
        var last = lines.Single(l => l["spearman"] is not null);
        Assert.InRange((double)last["spearman"]!, -1, 1);
        Assert.True(last["layers"]!.AsObject().Count > 5);
        await Slim.Json($"report {run} --no-measuring");
        Assert.Contains("Random groups of units by l2", File.ReadAllText(Path.Combine(run, "report.html")));
        var (code, _, error) = await Slim.Run("inspect", run, "--criterion", "l2");
        Assert.Equal(2, code);
        Assert.Contains("goes with --groups", error);
    }
}
