using System.Globalization;
using SlimSharp.Runs;

namespace SlimSharp.StandIn;

/// <summary>
/// What slim's commands leave in a folder, without what they compute: train and retrain write a checkpoint per epoch
/// and go on from it, prune writes a file, evaluate says how many epochs it was trained.
/// </summary>
internal static class FakeCommand
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    internal static int Run(string[] command)
    {
        var place = Value(command, "--resume") ?? Value(command, "--out") ?? command[1];
        using var alone = Lock(place);
        switch (command[0])
        {
            case "train" or "retrain":
                Train(command);
                break;
            case "prune":
                Thread.Sleep(3 * Moment);
                RunFolder.Write(place, Epochs(command[1]));
                Thread.Sleep(Moment);
                break;
            default:
                Evaluate(place);
                break;
        }
        return 0;
    }

    private static void Train(string[] command)
    {
        var resumed = Value(command, "--resume");
        var folder = resumed is null
            ? RunFolder.Create(Value(command, "--out")!, Value(command, "--epochs") ?? "6")
            : RunFolder.Open(resumed);
        var epochs = Number(folder.ReadOptions());
        var done = resumed is null ? 0 : Number(File.ReadAllText(folder.CheckpointFile));
        while (done < epochs)
        {
            Thread.Sleep(Moment);
            done++;
            folder.CheckIsThere();
            RunFolder.Write(folder.CheckpointFile, $"{done}");
            folder.WriteMetrics([$"{done}"]);
        }
        RunFolder.Write(folder.ModelFile, $"{done}");
        Thread.Sleep(Moment);
    }

    private static void Evaluate(string place)
    {
        var epochs = Epochs(Directory.Exists(place) ? Path.Combine(place, "model.slim") : place);
        Console.WriteLine("""{"warning":"this is a stand-in"}""");
        foreach (var split in (string[])["test", "validation"])
        {
            Thread.Sleep(Moment);
            Console.WriteLine(
                $$"""{"split":"{{split}}","measures":{"accuracy":0.{{epochs}}},"parameters":10,"macs":100,"classes":10}"""
            );
        }
    }

    private static string Epochs(string file) => $"{Number(File.ReadAllText(file))}";

    // Two at a time on one run is what must never be: that is noted.
    private static FileStream? Lock(string place)
    {
        var run = new DirectoryInfo(Path.GetFullPath(place));
        while (run.Parent!.Name != "runs")
            run = run.Parent;
        var sweep = run.Parent.Parent!.FullName;
        var locks = Directory.CreateDirectory(Path.Combine(sweep, "locks")).FullName;
        try
        {
            return new(Path.Combine(locks, run.Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            File.AppendAllText(Path.Combine(sweep, "overlaps"), $"{run.Name}\n");
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string? Value(string[] command, string option)
    {
        var at = Array.IndexOf(command, option);
        return at >= 0
            ? command[at + 1]
            : command.FirstOrDefault(word => word.StartsWith(option + "=", StringComparison.Ordinal))?.Split('=', 2)[1];
    }
}
