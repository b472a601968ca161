using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>Images that a network was trained on do not judge it without a word.</summary>
[Collection(nameof(Alone))]
public class SeenImagesTests
{
    private const string Warned = "are among those that the network was trained on";
    private static readonly string Folder = Machine.Folder();

    // Trained on all 300 images, and on 271: a tenth of each class is held out, and of the fifth that is asked for
    // later, 60.
    private static readonly Lazy<Task<string>> All = new(() => Trained("all", "0"));
    private static readonly Lazy<Task<string>> Most = new(() => Trained("most", "0.1"));

    private static async Task<string> Trained(string name, string share)
    {
        var run = Path.Combine(Folder, name);
        await Slim.Json(Slim.TrainFor("1", run, "--validation", share));
        return run;
    }

    public static TheoryData<string, string> Counted =>
        new()
        {
            { "evaluate {all} --split validation --validation 0.2", "60 of the 60 validation images" },
            { "evaluate {most} --split validation --validation 0.2", "31 of the 60 validation images" },
            { "evaluate {most} --split all --validation 0.2", "31 of the 60 validation images" },
            { "inspect {all} --curve --validation 0.2", "60 of the 60 validation images" },
            { "prune {all} --ratio 0.3 --data {data} --pad 32 --validation 0.2 --out {out}", "60 of the 60" },
            { "evaluate {all} --data {copy} --pad 32 --split validation", "29 of the 29 validation images" },
        };

    [Theory]
    [MemberData(nameof(Counted))]
    public async Task Seen_images_are_counted(string command, string count)
    {
        var (code, output, error) = await Run(command);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"Warning: {count}", output);
        Assert.Contains(Warned, output);
    }

    [Theory]
    [InlineData("evaluate {most} --split validation")]
    [InlineData("evaluate {most} --split validation --validation 0.05")]
    [InlineData("evaluate {all} --validation 0.2")] // of which only test images are used
    [InlineData("evaluate {all} --split train")]
    [InlineData("evaluate {all} --data {other} --pad 32 --split validation --validation 0.2")]
    [InlineData("prune {most} --ratio 0.3 --out {out}")]
    public async Task Nothing_is_said_where_no_image_was_seen(string command)
    {
        var (code, output, error) = await Run(command);
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain(Warned, output);
    }

    [Fact]
    public async Task A_retraining_records_that_its_validation_images_were_trained_on()
    {
        var run = Path.Combine(Machine.Folder(), "run");
        var (code, output, _) = await Run($"retrain {{all}} --epochs 1 --validation 0.2 --threads 1 --out {run}");
        Assert.Equal(0, code);
        Assert.Contains(Warned, output);
        Assert.Contains(RunRecord.Read(run)!.Warnings!.Value, w => w.Kind == RunWarning.SeenImages);
        var anew = Path.Combine(Machine.Folder(), "run");
        (code, output, _) = await Run(
            $"retrain {{all}} --scratch epochs --epochs 1 --validation 0.2 --threads 1 --out {anew}"
        );
        Assert.Equal(0, code);
        Assert.DoesNotContain(Warned, output);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string command)
    {
        var place = Machine.Folder();
        var copy = Directory.CreateDirectory(Path.Combine(place, "fashion")).FullName;
        foreach (var file in Directory.GetFiles(Slim.Images))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var words = command
            .Replace("{all}", await All.Value, StringComparison.Ordinal)
            .Replace("{most}", await Most.Value, StringComparison.Ordinal)
            .Replace("{data}", Slim.Images, StringComparison.Ordinal)
            .Replace("{copy}", copy, StringComparison.Ordinal)
            .Replace("{other}", Machine.SamplePath, StringComparison.Ordinal)
            .Replace("{out}", Path.Combine(place, "cut.slim"), StringComparison.Ordinal);
        return await Slim.Run(words.Split(' '));
    }
}
