using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Zoo;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// Timing on the command line, with tables of our own, so that no other use of this machine's cache matters.
/// </summary>
[Collection(nameof(Alone))]
public class LatencyCommandTests
{
    private static string Model(string folder)
    {
        var path = Path.Combine(folder, "a.slim");
        var network = Vgg.Create("small", [32, 48, 0, 64, 64, 0, 64], 10);
        using var file = new SlimFile { Network = network, Weights = Initialization.Draw(network, 1) };
        file.Save(path);
        return path;
    }

    [Fact]
    public async Task Files_are_compared_in_both_runtimes()
    {
        var folder = Machine.Folder();
        var (model, cut, onnx) = (Model(folder), Path.Combine(folder, "b.slim"), Path.Combine(folder, "b.onnx"));
        await Json("prune", model, "--macs", "0.4", "--normalized", "--out", cut);
        await Json("export", cut, "--onnx", onnx);
        var rows = await Json("bench", "latency", model, cut, onnx, "--batch", "1,4", "--runs", "5", "--threads", "1");
        var times = rows.Where(r => r["median"] is not null).ToArray();
        Assert.Equal(2 * (3 + 3 + 1), times.Length);
        Assert.All(
            times,
            t => Assert.True((double)t["p10"]! <= (double)t["median"]! && (double)t["median"]! <= (double)t["p90"]!)
        );
        // An ONNX file knows its multiply-adds, too.
        Assert.Equal(
            (double)times.First(t => (string)t["file"]! == cut)["macsRatio"]!,
            (double)times.First(t => (string)t["file"]! == onnx)["macsRatio"]!
        );
        Assert.True((double)times.First(t => (string)t["file"]! == cut)["macsRatio"]! > 2.4);
        Assert.Equal(["ONNX Runtime", "libtorch"], times.Select(t => (string)t["runtime"]!).Distinct());
        Assert.Contains(rows, r => (string?)r["layer"] == "block1.conv" && r["milliseconds"] is not null);
    }

    [Fact]
    public async Task A_table_is_asked_for_here_filled_there_and_planned_with()
    {
        var folder = Machine.Folder();
        var (model, table) = (Model(folder), Path.Combine(folder, "device.json"));
        await Json("bench", "layers", model, "--request", "--out", table, "--threads", "1");
        var asked = LatencyTable.Load(table);
        Assert.All(asked.Kinds, k => Assert.False(k.IsMeasured));
        // The device's own program.
        var (code, output, error) = Machine.Run(
            Machine.Start(Machine.Program("SlimSharp.LayerTiming", "slimsharp-layer-timing"), table, "--even-if-busy")
        );
        Assert.True(code == 0, error);
        Assert.Contains("kinds of layers on", output);
        var measured = LatencyTable.Load(table);
        Assert.All(measured.Kinds, k => Assert.True(k.IsMeasured));
        Assert.InRange(measured.Step, 1, 16);
        // As if it came from elsewhere: planned with, but nothing is measured here.
        (measured with { Machine = "a small device" }).Save(table);
        var out1 = Path.Combine(folder, "b.slim");
        var said = await Slim.Run(
            "prune",
            model,
            "--speedup",
            "1.3",
            "--latency-table",
            table,
            "--threads",
            "1",
            "--out",
            out1
        );
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("The table is of a small device", said.Output);
        Assert.Contains("pays down to", said.Output);
        using var cut = SlimFile.Load(out1);
        var layers = LayerUse.Of(cut.Plan!.Source);
        Assert.True(measured.Milliseconds(LayerUse.Of(cut.Network)) <= measured.Milliseconds(layers) / 1.3 + 1e-9);
        // It does not know other networks, and this machine may not add to it.
        var other = await Slim.Run(
            "prune",
            (await Train11(folder)),
            "--speedup",
            "1.3",
            "--latency-table",
            table,
            "--threads",
            "1"
        );
        Assert.Equal(2, other.Code);
        Assert.Contains("was measured on a small device", other.Error);
        var batch = await Slim.Run(
            "prune",
            model,
            "--speedup",
            "1.3",
            "--latency-table",
            table,
            "--threads",
            "1",
            "--batch",
            "4"
        );
        Assert.Equal(2, batch.Code);
        Assert.Contains("is for 1 threads and batches of 1", batch.Error);
    }

    [Fact]
    public async Task A_cut_to_a_speedup_is_measured()
    {
        var folder = Machine.Folder();
        var (model, table) = (Model(folder), Path.Combine(folder, "here.json"));
        var said = await Slim.Run(
            "prune",
            model,
            "--speedup",
            "1.5",
            "--batch",
            "8",
            "--latency-table",
            table,
            "--threads",
            "1",
            "--json"
        );
        Assert.InRange(said.Code, 0, 1); // 1 if this machine was too busy to reach it
        var measured = said
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)
            .Single(n => n["millisecondsAfter"] is not null);
        Assert.InRange((double)measured["millisecondsBefore"]! / (double)measured["millisecondsAfter"]!, 1.1, 2.5);
        using var cut = SlimFile.Load(Path.Combine(folder, "pruned.slim"));
        Assert.IsType<SlimSharp.Slimming.PlanTarget.Latency>(cut.Plan!.Options.Target);
        Assert.True(cut.Certificate!.Agrees);
    }

    private static async Task<string> Train11(string folder)
    {
        var run = Path.Combine(folder, "run");
        await Json(TrainFor("1", run));
        return run;
    }
}
