using System.Collections.Immutable;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Onnx;
using SlimSharp.Runs;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Trust;

/// <summary>Small files of every kind that the commands write, made by them.</summary>
internal sealed class JsonPartFiles
{
    internal static readonly Lazy<Task<JsonPartFiles>> Made = new(Make);
    private readonly string _folder = Machine.Folder();

    internal string Run => At("run");
    internal string Stopped => At("stopped");
    internal string Sweep => At("sweep");
    internal string Model => InRun("model.slim");
    internal string Cut => At("cut.slim");
    internal string Last => Path.Combine(Stopped, "last.slim");
    internal string Results => At("results.json");
    internal string Claims => At("claims.json");
    internal string SweepPlan => At("plan.json");
    internal string Table => At("table.csv");
    internal string Logistic => At("logistic.json");
    internal string Latency => At("latency.json");
    internal string OnnxFile => At("model.onnx");
    private string Images => At("images");

    internal string At(string name) => Path.Combine(_folder, name);

    internal string InRun(string name) => Path.Combine(Run, name);

    internal JsonPart Text(string path, params string[][] commands) =>
        new(path, File.ReadAllText(path), text => File.WriteAllText(path, text), commands);

    /// <summary>The first of a file's lines.</summary>
    internal JsonPart Lines(string path, params string[][] commands)
    {
        var lines = File.ReadAllLines(path);
        return new(
            path,
            lines[0],
            text => File.WriteAllLines(path, [text.ReplaceLineEndings(" "), .. lines.Skip(1)]),
            commands
        );
    }

    /// <summary>One text among the metadata of a .slim file, whose seal is put right.</summary>
    internal JsonPart Section(string path, string key, params string[][] commands)
    {
        var tensorsFile = SafeTensors.Read(path);
        var tensors = tensorsFile.Tensors;
        var metadata = tensorsFile.Metadata;
        void Put(string text)
        {
            using var stream = File.Create(path);
            SafeTensors.Write(
                stream,
                tensors,
                new Dictionary<string, string>(metadata) { [key] = text, [HeaderSeal.Key] = HeaderSeal.Blank }
            );
        }
        return new(
            key,
            metadata[key],
            Put,
            [.. commands.Select(c => c[0] is "train" or "runs" ? c : [c[0], path, .. c[1..]])]
        );
    }

    /// <summary>A part of the run that was stopped, which a command may have brought to its end.</summary>
    internal JsonPart Again(JsonPart part) =>
        part with
        {
            Put = text =>
            {
                Stop();
                part.Put(text);
            },
        };

    /// <summary>One text among the metadata of an ONNX file.</summary>
    internal JsonPart Onnx(string key, params string[][] commands)
    {
        var model = OnnxModel.Load(OnnxFile);
        return new(
            key,
            model.Metadata[key],
            text => (model with { Metadata = model.Metadata.SetItem(key, text) }).Save(OnnxFile),
            commands
        );
    }

    private static async Task<JsonPartFiles> Make()
    {
        var files = new JsonPartFiles();
        Small.Images(files.Images);
        await files.MakeRuns();
        files.MakeSweep();
        await files.MakeOthers();
        return files;
    }

    private async Task MakeRuns()
    {
        await Slim.Json([.. Slim.TrainFor("2", Run, "--penalty", "l1", "--lambda", "1e-3", "--target-macs", "0.9")]);
        await Slim.Json("report", Run, "--out", At("r.html"));
        await Slim.Json("prune", Run, "--ratio", "0.3", "--out", Cut, "--threads", "1");
        Stop();
    }

    // As it stands after its last epoch, before its result was written.
    private void Stop()
    {
        if (Directory.Exists(Stopped))
            Directory.Delete(Stopped, recursive: true);
        Directory.CreateDirectory(Stopped);
        foreach (var name in (string[])["run.json", "last.slim"])
            File.Copy(InRun(name), Path.Combine(Stopped, name));
    }

    private void MakeSweep()
    {
        File.WriteAllText(
            SweepPlan,
            """
            {"name": "p", "stage": [
                {"name": "t", "command": "train", "options": {"model": "vgg11", "data": "d"}, "grid": {"seed": [0, 1]},
                 "case": [{"name": "a", "penalty": "l1", "lambda": 0.1}, {"name": "b", "penalty": "l1", "grid": {"lambda": [1, 2]}, "only": {"seed": [0, 1]}}],
                 "unless": [{"lambda": 2, "seed": 1}]},
                {"name": "cut", "command": "prune", "grid": {"ratio": [0.5]}}]}
            """
        );
        var sweep = SweepFolder.Create(Sweep, SweepFile.Read(SweepPlan));
        foreach (var run in sweep.Runs)
            new SweepResult
            {
                Test = Runs.Measured.Accuracy(0.5 + run.Number / 100.0),
                HeldOut = Runs.Measured.Accuracy(0.5),
                Scales = [.. new int[42]],
                Parameters = 100 + run.Number,
                Macs = 1000,
                Classes = 3,
                Seconds = 1,
            }.Write(sweep.ResultOf(run));
        SweepResults.Of(sweep).Write(Results);
        File.WriteAllText(
            Claims,
            """
            {"title": "c", "accuracy-margin": 1, "cost-margin": 2, "significance": 0.1, "remarks": ["r"],
             "sweep": [{"name": "s", "title": "S", "results": "results.json", "search": "results.json", "against": "a", "per": ["seed"]}],
             "claim": [{"name": "1", "text": "t", "sweep": "s", "holds": [{"measure": "accuracy", "stage": "cut", "of": "a", "is": "less", "than": "b"}]}]}
            """
        );
    }

    private async Task MakeOthers()
    {
        File.WriteAllText(Table, "x1,x2,y\n1,0,0\n2,1,1\n3,,0\n9,1,1\n2,0,0\n7,1,1\n");
        await Slim.Json("logistic", "fit", Table, "--beta", "0.01", "--out", Logistic);
        await Slim.Json("bench", "layers", Run, "--request", "--out", Latency, "--threads", "1");
        var asked = LatencyTable.Load(Latency);
        (asked with { Step = 1, Kinds = [.. asked.Kinds.Select(Timed)] }).Save(Latency);
        await Slim.Json("export", Run, "--onnx", OnnxFile, "--threads", "1");
    }

    // As if every channel took the same time.
    private static LayerTimes Timed(LayerTimes asked) =>
        asked with
        {
            Times =
            [
                .. asked.Reads.SelectMany(r =>
                    asked.Makes.Count == 0 ? [r / 1000.0] : asked.Makes.Select(m => r * m / 1e6)
                ),
            ],
        };
}
