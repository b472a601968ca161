namespace SlimSharp.Tests.Trust;

/// <summary>A JSON text in a file of ours, and the commands that read it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Intact">The text as it was written.</param>
/// <param name="Put">Puts another text in its place.</param>
/// <param name="Commands">The commands, word by word.</param>
internal sealed record JsonPart(string Name, string Intact, Action<string> Put, string[][] Commands)
{
    /// <summary>The names of all of them.</summary>
    internal static IEnumerable<string> Names => s_makers.Keys;

    private static readonly Dictionary<string, Func<JsonPartFiles, string, JsonPart>> s_makers = new()
    {
        ["network"] = (f, n) => f.Section(f.Cut, n, ["inspect"], ["verify"], ["evaluate"]),
        ["normalization"] = (f, n) =>
            f.Section(f.Cut, n, ["inspect"], ["evaluate"], ["export", "--onnx", f.At("o.onnx")]),
        ["classes"] = (f, n) => f.Section(f.Cut, n, ["inspect"], ["evaluate"], ["report", "--out", f.At("r.html")]),
        ["data"] = (f, n) => f.Section(f.Cut, n, ["inspect"], ["evaluate"]),
        ["plan"] = (f, n) =>
            f.Section(
                f.Cut,
                n,
                ["inspect"],
                ["verify"],
                ["verify", "--against", f.Model],
                ["report", "--out", f.At("r.html")],
                ["runs", f.At("")]
            ),
        ["certificate"] = (f, n) =>
            f.Section(f.Cut, n, ["inspect"], ["verify"], ["report", "--out", f.At("r.html")], ["runs", f.At("")]),
        ["provenance"] = (f, n) =>
            f.Section(f.Cut, n, ["inspect"], ["export", "--onnx", f.At("o.onnx")], ["verify"], ["runs", f.At("")]),
        ["hashes"] = (f, n) => f.Section(f.Cut, n, ["inspect"]),
        ["position"] = (f, n) => f.Again(f.Section(f.Last, n, ["inspect"], ["train", "--resume", f.Stopped])),
        ["run.json"] = (f, n) =>
            f.Text(
                f.InRun(n),
                ["runs", f.Run],
                ["report", f.Run, "--out", f.At("r.html")],
                ["train", "--resume", f.Run]
            ),
        ["run.json of a run that was stopped"] = (f, _) =>
            f.Again(f.Text(Path.Combine(f.Stopped, "run.json"), ["train", "--resume", f.Stopped])),
        ["record.json"] = (f, n) => f.Text(f.InRun(n), ["runs", f.Run], ["report", f.Run, "--out", f.At("r.html")]),
        ["metrics.jsonl"] = (f, n) => f.Lines(f.InRun(n), ["report", f.Run, "--out", f.At("r.html")]),
        ["scales.jsonl"] = (f, n) => f.Lines(f.InRun(n), ["report", f.Run, "--out", f.At("r.html")]),
        ["model.measures.json"] = (f, n) => f.Text(f.InRun(n), ["report", f.Run, "--out", f.At("r.html")]),
        ["sweep.json"] = (f, n) =>
            f.Text(
                Path.Combine(f.Sweep, n),
                ["sweep", "status", f.Sweep],
                ["sweep", "table", f.Sweep],
                ["sweep", "slurm", f.Sweep, "--dry-run"]
            ),
        ["result.json"] = (f, n) =>
            f.Text(
                Path.Combine(f.Sweep, "runs", "00001", "result", n),
                ["sweep", "table", f.Sweep],
                ["sweep", "status", f.Sweep]
            ),
        ["results.json"] = (f, _) =>
            f.Text(
                f.Results,
                ["sweep", "table", f.Results],
                ["sweep", "pairs", f.Results, "--setting", "case", "--first", "a", "--second", "b"],
                ["sweep", "claims", f.Claims, "--out", f.At("c.md")]
            ),
        ["claims.json"] = (f, _) => f.Text(f.Claims, ["sweep", "claims", f.Claims, "--out", f.At("c.md")]),
        ["sweep plan"] = (f, _) => f.Text(f.SweepPlan, ["sweep", "plan", f.SweepPlan, "--out", f.At("planned")]),
        ["logistic model"] = (f, _) => f.Text(f.Logistic, ["logistic", "predict", f.Logistic, f.Table]),
        ["latency table"] = (f, _) =>
            f.Text(
                f.Latency,
                [
                    "prune",
                    f.Model,
                    "--speedup",
                    "1.1",
                    "--latency-table",
                    f.Latency,
                    "--threads",
                    "1",
                    "--out",
                    f.At("p.slim"),
                ]
            ),
        ["classes in ONNX"] = (f, _) => f.Onnx("classes", ["import", f.OnnxFile, "--out", f.At("i.slim")]),
        ["normalization in ONNX"] = (f, _) =>
            f.Onnx("normalization.mean", ["import", f.OnnxFile, "--out", f.At("i.slim")]),
    };

    internal static async Task<JsonPart> Of(string name) => s_makers[name](await JsonPartFiles.Made.Value, name);
}
