using System.Text.Json.Nodes;

namespace SlimSharp.Tests.Cli;

/// <summary>Methods, aids and controls on the command line, on a part of the sample.</summary>
[Collection(nameof(Alone))]
public class MethodTests
{
    private const string Small = "--model vgg11 --width 0.05 --pad 32 --threads 1";

    // A trained network, once for all.
    private static readonly Lazy<Task<string>> Trained = new(async () =>
    {
        var folder = Path.Combine(Machine.Folder(), "trained");
        await Slim.Json($"train {Small} --epochs 4 --data {Slim.Images} --out {folder}");
        return folder;
    });

    private static JsonNode Last(JsonNode[] lines) => lines.Last(l => l["epoch"] is not null);

    [Theory]
    [InlineData("--method prox --penalty tl1:a=1 --lambda 0.1")]
    [InlineData("--method prox --prox-step published --penalty l1 --lambda 0.5")]
    [InlineData("--method splitting --penalty l1 --lambda 20 --beta 100")]
    [InlineData("--method variational --kl-weight 0.1 --sigma-lr 0.0001 --kl-warmup 0 --lr 0.02 --momentum 0")]
    [InlineData("--method prox --penalty tl1:a=1 --target-macs 0.5")]
    [InlineData("--method prox --penalty lp:p=0.5 --lambda 0.05 --no-scale-decay --precision bfloat16")]
    public async Task Every_method_trains_reports_and_is_cut_exactly(string method)
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lines = await Slim.Json($"train {Small} --epochs 6 --data {Slim.Images} {method} --out {folder}");
        // Splitting only comes near in so few steps: its scales shrink by a factor each.
        var share = method.Contains("splitting", StringComparison.Ordinal) ? "nearZero" : "zero";
        Assert.True((double)Last(lines)[share]! > 0, $"{Last(lines)}");
        Assert.NotNull(Last(lines)["measures"]);
        var cut = (await Slim.Json($"prune {folder} --zeros")).Last();
        Assert.Equal((double)cut["accuracyBefore"]!, (double)cut["accuracyAfter"]!);
        Assert.True((bool)(await Slim.Json($"verify {folder}/pruned.slim --against {folder}"))[0]["holds"]!);
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"));
        Assert.Contains("scales exactly zero", report);
        if (method.Contains("target", StringComparison.Ordinal))
            Assert.Contains("λ by epoch", report);
        if (method.Contains("variational", StringComparison.Ordinal))
        {
            Assert.Contains("σ₀ = 0.005", report);
            Assert.Contains("|μ|/σ", (await Slim.Run("inspect", folder)).Output);
        }
    }

    [Fact]
    public async Task The_published_preset_is_written_out_in_the_run()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        await Slim.Json(
            $"train {Small} --epochs 1 --data {Slim.Images} --method splitting --preset vgg19 --out {folder}"
        );
        var options = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "run.json")))!;
        Assert.Equal(
            "splitting:penalty=l1,beta=100,lambda=0.0045",
            (string)Assert.Single(options["regularizers"]!.AsArray())!
        );
    }

    [Fact]
    public async Task Criteria_controls_and_candidates_end_at_the_same_multiply_adds()
    {
        var (folder, file) = (await Trained.Value, Path.Combine(Machine.Folder(), "x.slim"));
        long Macs(JsonNode[] lines) => (long)lines.Last()["macs"]!;
        var plain = Macs(await Slim.Json($"prune {folder} --macs 0.5 --out {file}"));
        foreach (
            var way in new[]
            {
                "--criterion l1",
                "--criterion median --normalized",
                "--criterion taylor --images 64",
                "--criterion fisher --images 64",
                "--control uniform",
                "--control magnitude",
                "--control random",
                "--candidates 3 --images 64",
            }
        )
            Assert.InRange(
                Macs(await Slim.Json($"prune {folder} --macs 0.5 {way} --out {file}")),
                0.6 * plain,
                1.25 * plain
            );
        var recalibrated = (await Slim.Json($"prune {folder} --macs 0.5 --recalibrate --out {file}")).Last();
        Assert.NotNull(recalibrated["accuracyRecalibrated"]);
        var checks = (await Slim.Json($"verify {file} --against {folder}"))[0];
        Assert.True((bool)checks["holds"]!);
    }

    [Fact]
    public async Task A_control_takes_nothing_from_the_cut_that_it_is_the_control_of()
    {
        var folder = Path.Combine(Machine.Folder(), "copy");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(await Trained.Value, "model.slim"), Path.Combine(folder, "model.slim"));
        await Slim.Json($"prune {folder} --macs 0.5");
        var cut = File.ReadAllBytes(Path.Combine(folder, "pruned.slim"));
        var control = (await Slim.Json($"prune {folder} --macs 0.5 --control random")).Last();
        Assert.Equal(Path.Combine(folder, "pruned-random.slim"), (string)control["file"]!);
        Assert.Equal(cut, File.ReadAllBytes(Path.Combine(folder, "pruned.slim")));
    }

    [Fact]
    public async Task Retraining_takes_a_teacher_keeps_zeros_and_starts_from_scratch()
    {
        var (folder, at) = (await Trained.Value, Machine.Folder());
        var file = Path.Combine(at, "cut.slim");
        await Slim.Json($"prune {folder} --macs 0.5 --out {file}");
        var retrain = $"retrain {file} --threads 1 --epochs 2";
        await Slim.Json($"{retrain} --teacher {folder} --keep-zeros --rewind 0.5 --out {at}/taught");
        await Slim.Json($"{retrain} --out {at}/plain");
        await Slim.Json($"{retrain} --scratch epochs --out {at}/scratch");
        await Slim.Json($"{retrain} --scratch budget --out {at}/budget");
        string Weights(string run)
        {
            using var model = SlimSharp.Formats.SlimFile.Load(Path.Combine(at, run, "model.slim"));
            return model.Weights.Hash();
        }
        Assert.Equal(4, new[] { "taught", "plain", "scratch", "budget" }.Select(Weights).Distinct().Count());
        Assert.Equal(4, File.ReadAllLines(Path.Combine(at, "budget", "metrics.jsonl")).Length);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(at, "scratch", "metrics.jsonl")).Length);
    }

    [Fact]
    public async Task Rounds_reach_the_target_and_go_on_where_they_were_stopped()
    {
        var (folder, at) = (await Trained.Value, Path.Combine(Machine.Folder(), "rounds"));
        var command = $"iterate {folder} --params 0.3 --rounds 2 --recalibrate --threads 1 --epochs 1 --out {at}";
        var model = (string)(await Slim.Json(command)).Last()["model"]!;
        long Parameters(string path)
        {
            using var file = SlimSharp.Formats.SlimFile.Load(path);
            return SlimSharp.Networks.NetworkCost.Of(file.Network).Parameters;
        }
        var whole = Parameters(Path.Combine(folder, "model.slim"));
        Assert.InRange(Parameters(Path.Combine(at, "round-1", "model.slim")) / (double)whole, 0.4, Math.Sqrt(0.3));
        Assert.InRange(Parameters(model) / (double)whole, 0.2, 0.3);
        var first = File.GetLastWriteTimeUtc(Path.Combine(at, "round-1", "model.slim"));
        string Weights()
        {
            using var file = SlimSharp.Formats.SlimFile.Load(model);
            return file.Weights.Hash();
        }
        var weights = Weights();
        Directory.Delete(Path.Combine(at, "round-2"), recursive: true);
        await Slim.Json(command);
        Assert.Equal(first, File.GetLastWriteTimeUtc(Path.Combine(at, "round-1", "model.slim")));
        Assert.Equal(weights, Weights());
    }

    [Fact]
    public async Task The_lambda_range_is_shown()
    {
        var shown = await Slim.Run("inspect", await Trained.Value, "--lambda-range", "--penalty", "tl1:a=1");
        Assert.Equal(0, shown.Code);
        Assert.Contains("a scale that the loss does nothing to keep falls from 0.5 to zero if λ is", shown.Output);
        var json = (await Slim.Json($"inspect {await Trained.Value} --lambda-range --penalty l1")).Last();
        Assert.True((double)json["quantiles"]!["0.05"]! < (double)json["quantiles"]!["0.95"]!);
        Assert.True((double)json["least"]! > 0);
    }
}
