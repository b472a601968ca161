using SlimSharp.Experiments;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Experiments;

/// <summary>Runs without the command: begun, broken off, gone on with.</summary>
[Collection(nameof(Alone))]
public class TrainingRunTests
{
    private static string Place() => Path.Combine(Machine.Folder(), "run");

    [Fact]
    public void A_run_that_was_stopped_or_broke_goes_on_to_the_same_bits()
    {
        var place = Place();
        using var source = new CancellationTokenSource();
        var first = TrainingRun.Begin(place, SmallRun.Options);
        Assert.False(first.IsBegun);
        Assert.Throws<InvalidOperationException>(() =>
            first.Train(new SmallRun.Notes(_ => throw new InvalidOperationException("power cut")))
        );
        var second = TrainingRun.Begin(place, SmallRun.Options);
        Assert.True(second.IsBegun);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            second.Train(new SmallRun.Notes(_ => source.Cancel()), source.Token)
        );
        Assert.False(second.IsComplete);
        var third = TrainingRun.Open(place);
        third.Train().Dispose();
        Assert.True(third.IsComplete);
        Assert.Equal(SmallRun.Hash(SmallRun.Model), SmallRun.Hash(third.Folder.ModelFile));
        Assert.True(File.Exists(third.Folder.ReportFile));
        third.Train().Dispose(); // nothing is left to do
    }

    [Fact]
    public void Other_options_are_refused_and_what_is_there_is_kept()
    {
        var place = Path.GetDirectoryName(SmallRun.Model)!;
        var before = File.ReadAllBytes(SmallRun.Model);
        var error = Assert.Throws<ExperimentException>(() => TrainingRun.Begin(place, SmallRun.Options.With()));
        Assert.Contains($"TrainingRun.Open(\"{place}\")", error.Message);
        Assert.Equal(before, File.ReadAllBytes(SmallRun.Model));
        Assert.True(TrainingRun.Begin(place, SmallRun.Options with { Threads = 2 }).IsComplete);
    }

    [Fact]
    public void Options_that_could_not_be_read_again_are_refused_and_nothing_is_made()
    {
        var usual = SmallRun.Options;
        (RunOptions Options, string Words)[] wrong =
        [
            (usual with { Data = usual.Data with { Validation = double.NaN } }, "infinite or none at all"),
            (usual with { Width = -1 }, "the factor -1"),
            (usual with { Threads = 1_000_000 }, "threads are 1000000"),
            (usual with { Command = "bake" }, "the command is 'bake'"),
            (usual with { Without = ["sleep"] }, "there is no such fast path"),
            (usual with { Regularizers = ["nonsense"] }, "There is no regulariser 'nonsense'"),
            (usual with { Data = usual.Data with { Size = 1_000_000_000 } }, "1000000000 pixels (DataOptions.Size)"),
            (usual with { Training = usual.Training with { Epochs = 0 } }, "TrainingOptions.Epochs is 0"),
        ];
        foreach (var (options, words) in wrong)
        {
            var place = Place();
            var error = Assert.ThrowsAny<SlimSharpException>(() => TrainingRun.Begin(place, options));
            Assert.Contains(words, error.Message);
            Assert.False(Directory.Exists(place));
        }
        var gone = TrainingRun.Begin(Place(), usual);
        Directory.Delete(gone.Folder.Path, recursive: true);
        Assert.Contains("was moved or removed", Assert.Throws<RunException>(() => gone.Train()).Message);
    }

    [Fact]
    public void Best_weights_without_images_to_judge_by_are_refused_before_any_training()
    {
        var options = SmallRun.Options with
        {
            Data = new()
            {
                Path = Slim.Images,
                Pad = 32,
                Validation = 0,
            },
        };
        options = options with { Training = options.Training with { KeepBest = true } };
        var error = Assert.Throws<ExperimentException>(() => TrainingRun.Begin(Place(), options).Train());
        Assert.Contains("TrainingOptions.KeepBest needs validation images", error.Message);
    }

    [Fact]
    public void A_run_that_names_no_network_is_refused_before_its_folder_is_made()
    {
        var place = Place();
        var none = Assert.Throws<ExperimentException>(() =>
            TrainingRun.Begin(place, SmallRun.Options with { Model = null })
        );
        Assert.Contains("give RunOptions.Model", none.Message);
        var unknown = Assert.Throws<NetworkException>(() =>
            TrainingRun.Begin(place, SmallRun.Options with { Model = "vgg" })
        );
        Assert.Contains("There is no network 'vgg'", unknown.Message);
        Assert.False(Directory.Exists(place));
        Assert.False(TrainingRun.Begin(place, SmallRun.Options).IsBegun);
    }

    [Fact]
    public void What_cannot_begin_leaves_no_folder_that_would_bar_other_options_from_it()
    {
        var place = Place();
        var wrong = SmallRun.Options with { Data = new() { Path = Path.Combine(Machine.Folder(), "nowhere") } };
        Assert.ThrowsAny<SlimSharpException>(() => TrainingRun.Begin(place, wrong).Train());
        Assert.False(Directory.Exists(place));
        Assert.False(TrainingRun.Begin(place, SmallRun.Options).IsBegun);
    }

    [Fact]
    public void What_begins_is_known_by_what_it_starts_from()
    {
        Assert.Equal("train", SmallRun.Options.Command);
        Assert.Equal("retrain", (SmallRun.Options with { Model = null, From = SmallRun.Model }).Command);
        Assert.Equal(SmallRun.Options.ToJson(), RunOptions.FromJson(SmallRun.Options.ToJson()).ToJson());
    }
}
