using SlimSharp.Runs;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>Links among runs: what they lead to is there, once, however many ways lead there.</summary>
[Collection(nameof(Alone))]
public class LinkedRunsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Links_that_lead_back_are_followed_once_and_linked_runs_are_listed()
    {
        var (root, elsewhere) = (Machine.Folder(), Machine.Folder());
        string At(string name) => Path.Combine(root, name);
        await Json(TrainFor("1", At("real")));
        Copy(At("real"), Path.Combine(elsewhere, "deep", "other"));
        Assert.Equal(0, (await Slim.Run("prune", At("real"), "--ratio", "0.2", "--out", At("cut.slim"))).Code);
        foreach (var (name, target) in new[] { ("a", "."), ("b", "."), ("again", "real"), ("linked", elsewhere) })
            Directory.CreateSymbolicLink(At(name), target);
        Directory.CreateSymbolicLink(Path.Combine(At("real"), "up"), root);

        var rows = await Task.Run(() => Json("runs", root), Stop).WaitAsync(s_patience, Stop);
        Assert.Equal([At("cut.slim"), At("linked/deep/other"), At("real")], rows.Select(r => (string)r["run"]!));
        var page = Path.Combine(Machine.Folder(), "page.html");
        var report = Task.Run(() => Json("report", root, "--no-measuring", "--out", page), Stop);
        Assert.Equal(2, (int)Assert.Single(await report.WaitAsync(s_patience, Stop))["networks"]!);
        // The way that is asked for may itself lead over links.
        Assert.Equal(3, (await Task.Run(() => Json("runs", At("a/b/a")), Stop).WaitAsync(s_patience, Stop)).Length);
        Assert.Equal(2, RunList.Below(root).Count());
    }

    [Fact]
    public void Runs_come_in_the_order_of_their_paths()
    {
        var root = Machine.Folder();
        string[] names = ["a", "a/b", "a-b", "b"];
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.Combine(root, name));
            File.WriteAllText(Path.Combine(root, name, "run.json"), "{}");
        }
        Assert.Equal(names, RunList.Below(root).Select(r => Path.GetRelativePath(root, r.Folder)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
