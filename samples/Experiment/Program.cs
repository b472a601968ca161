// A training that is killed and goes on; a cut, and a control that shows what the cut owes to the penalty; a report.
// dotnet run -- data/fashion-mnist runs 6
using System.Diagnostics;
using SlimSharp;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Runs;
using SlimSharp.Slimming;

LibTorch.EnsureLoaded();
var journal = new TextJournal(Console.Out);
var (images, folder, epochs) = (Path.GetFullPath(args[0]), args[1], int.Parse(args[2]));
var options = new RunOptions
{
    Model = "vgg11",
    Width = 0.125,
    Data = new() { Path = images, Pad = 32 },
    Training = new() { Epochs = epochs },
}.With("subgradient:penalty=tl1:a=1,lambda=5e-3");
var run = TrainingRun.Begin(Path.Combine(folder, "sparse"), options); // or that which was begun there before

if (args.Length > 3) // the process that is killed
{
    run.Train(journal).Dispose();
    return;
}
if (!run.IsBegun)
    StartAndKill();

using var trained = run.Train(journal); // from the last checkpoint, to the bits that it would have had anyway
using var pruning = new Pruning(run.Folder.ModelFile, trained, journal: journal);
var plan = new PlanOptions { Target = new PlanTarget.Macs(0.4) };
var cut = pruning.Cut(pruning.Plan(new() { Plan = plan }), Path.Combine(folder, "cut", "pruned.slim"));
var random = pruning.Plan(new() { Plan = plan, Control = CutControl.Random });
var control = pruning.Cut(random, Path.Combine(folder, "control", "pruned.slim"));
Console.WriteLine($"whole: {cut.Before!.Accuracy:P1}");
Console.WriteLine($"cut to {cut.Certificate.Macs:N0} multiply-adds: {cut.After!.Accuracy:P1}");
Console.WriteLine($"as many random channels: {control.After!.Accuracy:P1}");

var retraining = options.With() with { Model = null, From = cut.File };
using var small = TrainingRun.Begin(Path.Combine(folder, "retrained"), retraining).Train(journal);
var page = Path.Combine(folder, "report.html");
RunFolder.Write(page, Report.Page(ReportEntry.Find([folder]), new ReportMeasuring(Threads.Count, batch: 1, journal)));
Console.WriteLine($"report: {page}");

void StartAndKill()
{
    using var child = Process.Start("dotnet", [.. Environment.GetCommandLineArgs(), "child"])!;
    while (!run.Folder.HasCheckpoint && !child.HasExited)
        Thread.Sleep(50);
    child.Kill();
    child.WaitForExit();
    Console.WriteLine(
        run.Folder.IsFinished ? "finished before it could be killed" : "killed after its first checkpoint"
    );
}
