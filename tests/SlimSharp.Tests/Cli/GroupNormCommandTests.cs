using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Cli;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Cli;

/// <summary>--group-norm: what the gains of GroupNorm layers are, in runs and cuts.</summary>
[Collection(nameof(Alone))]
public class GroupNormCommandTests
{
    private readonly string _folder = Machine.Folder();

    private string In(string name) => Path.Combine(_folder, name);

    public GroupNormCommandTests()
    {
        Small.Images(In("images"));
        var b = new NetworkBuilder("normed", new Shape(1, 8, 8));
        var x = b.Activation("relu", b.Node("group", new GroupNorm(3), b.Convolution("conv", b.Input, 6)));
        var network = b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 3));
        using var file = new SlimFile
        {
            Network = network,
            Weights = Initialization.Draw(network, 1),
            Normalization = new([0.5], [0.25]),
            Classes = ["a", "b", "c"],
        };
        file.Save(In("small.slim"));
    }

    private string[] Retrain(string output, string more) =>
        $"retrain {In("small.slim")} --data {In("images")} --batch 8 --epochs 2 --threads 1 --out {In(output)} {more}".Split(
            ' ',
            StringSplitOptions.RemoveEmptyEntries
        );

    private (string Hash, bool AreScales) Trained(string run)
    {
        using var file = SlimFile.Load(Path.Combine(In(run), "model.slim"));
        return (file.Weights.Hash(), ((GroupNorm)file.Network["group"].Layer).GainsAreScales);
    }

    [Fact]
    public async Task A_run_has_the_gains_as_it_was_told_and_goes_on_so()
    {
        const string Penalty = "--penalty l1 --lambda 0.1";
        var (code, _, error) = await Slim.Run(Retrain("none", Penalty));
        Assert.Equal(ExitCode.WrongInput, code);
        Assert.Contains("--group-norm", error);
        await Slim.Json(Retrain("in", $"{Penalty} --group-norm scales"));
        await Slim.Json(Retrain("plain", ""));
        var options = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(In("in"), "run.json")))!;
        Assert.Equal("AsScales", (string?)options["groupNorm"]);
        var (whole, plain) = (Trained("in"), Trained("plain"));
        Assert.Equal((true, false), (whole.AreScales, plain.AreScales));
        Assert.NotEqual(plain.Hash, whole.Hash);

        // Stopped before its end was written, and gone on with.
        File.Delete(Path.Combine(In("in"), "model.slim"));
        await Slim.Json("retrain", "--resume", In("in"));
        Assert.Equal(whole, Trained("in"));

        // The plan of a cut takes them, too, if it is told to; the file keeps what was asked for.
        await Slim.Json("prune", In("plain"), "--ratio", "0.2", "--group-norm", "scales", "--out", In("cut.slim"));
        using var cut = SlimFile.Load(In("cut.slim"));
        Assert.Contains("\"group-norm\":\"scales\"", string.Concat(cut.Provenance.Values));
        Assert.Equal(2, ((GroupNorm)cut.Network["group"].Layer).Groups);
    }

    // As run.json was before there was a choice.
    private async Task<JsonObject> MakeOld(string run)
    {
        var path = Path.Combine(In(run), "run.json");
        var options = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        var settings = RunSettings.Of(options);
        Assert.True(options.Remove("groupNorm"));
        Assert.Equal(settings.Where(s => s.Key != "groupNorm"), RunSettings.Of(options));
        await File.WriteAllTextAsync(path, options.ToJsonString());
        File.Delete(Path.Combine(In(run), "model.slim"));
        return options;
    }

    [Fact]
    public async Task A_run_from_before_there_was_a_choice_is_the_same_run_when_it_is_begun_again()
    {
        await Slim.Json(Retrain("old", ""));
        var before = Trained("old");
        var options = await MakeOld("old");
        Assert.Null(RunOptions.FromJson(options.ToJsonString()).GroupNorm);
        await Slim.Json(Retrain("old", ""));
        Assert.Equal(before, Trained("old"));
        options["groupNorm"] = "some";
        Assert.Contains(
            "groupNorm",
            Assert.Throws<JsonException>(() => RunOptions.FromJson(options.ToJsonString())).Message
        );
    }

    [Fact]
    public async Task Variational_scales_of_such_a_run_go_on_without_the_gains()
    {
        const string Variational = "--method variational --kl-weight 0.001 --group-norm";
        using (var file = SlimFile.Load(In("small.slim")))
        {
            using var stored = new SlimFile(
                new SlimDescription
                {
                    Network = file.Network.WithGroupNormScales(true), // as old files are read
                    Normalization = file.Normalization,
                    Classes = file.Classes,
                }
            )
            {
                Weights = file.Weights.Copy(),
            };
            stored.Save(In("stored.slim"));
        }
        File.Move(In("stored.slim"), In("small.slim"), overwrite: true);
        await Slim.Json(Retrain("old", $"{Variational} gains"));
        await Slim.Json(Retrain("new", $"{Variational} as-stored"));
        var (before, now) = (Trained("old"), Trained("new"));
        Assert.Equal((false, true), (before.AreScales, now.AreScales));
        Assert.NotEqual(before.Hash, now.Hash);
        await MakeOld("old");
        await Slim.Json("retrain", "--resume", In("old"));
        Assert.Equal(before, Trained("old"));
    }
}
