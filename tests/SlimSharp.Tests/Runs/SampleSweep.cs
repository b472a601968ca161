using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

/// <summary>A small sweep whose runs are done at once.</summary>
internal static class SampleSweep
{
    internal const string Description = """
        name = "Penalties-1"

        [[stage]]
        command = "train"
        [stage.options]
        model = "vgg11"
        nesterov = true
        epochs = 2
        [stage.grid]
        penalty = ["l1", "tl1:a=1"]
        lambda = [1e-3, 0.002]
        seed = [0, 1, 2]
        [[stage.unless]]
        penalty = "l1"
        lambda = 0.002

        [[stage]]
        name = "cut"
        command = "prune"
        [stage.grid]
        macs = [0.6, 0.4]

        [[stage]]
        command = "retrain"
        [stage.options]
        epochs = 1
        """;

    internal static string Write(string text, string name = "sweep.toml")
    {
        var path = Path.Combine(Machine.Folder(), name);
        File.WriteAllText(path, text);
        return path;
    }

    internal static SweepFolder Folder(string text = Description) =>
        SweepFolder.Create(Path.Combine(Machine.Folder(), "sweep"), SweepFile.Read(Write(text)));

    internal static SweepFolder Simple(int seeds) =>
        Folder(
            $"""
            [[stage]]
            command = "train"
            [stage.grid]
            penalty = ["l1"]
            seed = [{string.Join(", ", Enumerable.Range(0, seeds))}]
            """
        );

    internal static SweepOutcome Succeed(
        string attempt,
        double accuracy = 0.5,
        long parameters = 100,
        double seconds = 2
    )
    {
        new SweepResult
        {
            Test = Measured.Accuracy(accuracy),
            Parameters = parameters,
            Macs = 10 * parameters,
            Classes = 10,
            Seconds = seconds,
        }.Write(attempt);
        return new(SweepState.Done);
    }
}
