using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Experiments;

/// <summary>Cuts without the command: planned, controlled, written, told.</summary>
[Collection(nameof(Alone))]
public class PruningTests
{
    private static readonly PlanOptions Half = new() { Target = new PlanTarget.Macs(0.5) };

    [Theory]
    [InlineData(null)]
    [InlineData(CutControl.Random)]
    [InlineData(CutControl.Uniform)]
    [InlineData(CutControl.Magnitude)]
    public void A_cut_and_its_controls_cost_alike_and_are_written_and_told(CutControl? control)
    {
        var (target, notes) = (Path.Combine(Machine.Folder(), "cut.slim"), new SmallRun.Notes());
        using var file = SlimFile.Load(SmallRun.Model);
        using var pruning = new Pruning(SmallRun.Model, file, journal: notes);
        var planned = pruning.Plan(new() { Plan = Half, Control = control });
        Assert.False(File.Exists(target));
        var pruned = pruning.Cut(planned, target);
        Assert.Equal([planned], notes.Plans);
        Assert.Equal([pruned], notes.Models);
        var (whole, source) = (
            NetworkCost.Of(file.Network).Macs,
            NetworkCost.Of((planned.ControlOf ?? planned.Plan).Target())
        );
        Assert.InRange((double)source.Macs / whole, 0.3, 0.5);
        Assert.InRange((double)pruned.Certificate.Macs / source.Macs, 0.7, 1.15);
        Assert.Equal(control is null, planned.ControlOf is null);
        Assert.InRange(pruned.Certificate.StructureDifference, 0, 1e-10);
        Assert.NotNull(pruned.After);
        using var cut = SlimFile.Load(target);
        Assert.Equal(pruned.Certificate.Macs, NetworkCost.Of(cut.Network).Macs);
        Assert.Equal(
            control?.ToString().ToLowerInvariant(),
            CutSettings.Of(planned.Options).GetValueOrDefault("control")
        );
    }

    [Fact]
    public void The_file_that_is_cut_is_not_written_over_through_links_either()
    {
        var folder = Machine.Folder();
        var model = Path.Combine(folder, "run", "model.slim");
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        File.Copy(SmallRun.Model, model);
        var (link, beside) = (Path.Combine(folder, "link.slim"), Path.Combine(folder, "beside"));
        File.CreateSymbolicLink(link, model);
        Directory.CreateSymbolicLink(beside, Path.GetDirectoryName(model)!);
        using var file = SlimFile.Load(model);
        using var pruning = new Pruning(model, file);
        var plan = pruning.Plan(new() { Plan = Half });
        foreach (var target in new[] { model, link, Path.Combine(beside, "model.slim") })
            Assert.Contains(
                "is the file that is cut",
                Assert.Throws<ExperimentException>(() => pruning.Cut(plan, target)).Message
            );
        Assert.Equal(SmallRun.Hash(SmallRun.Model), SmallRun.Hash(model));
    }

    [Fact]
    public void The_best_of_several_candidates_is_cut()
    {
        using var file = SlimFile.Load(SmallRun.Model);
        using var pruning = new Pruning(SmallRun.Model, file);
        var planned = pruning.Plan(new() { Plan = Half, Candidates = 3 });
        Assert.Equal(3, planned.Candidates.Length);
        Assert.Equal(
            planned.Candidates.Max(c => c.Recalibrated),
            planned.Candidates.Single(c => ReferenceEquals(c.Plan, planned.Plan)).Recalibrated
        );
    }

    [Fact]
    public async Task The_command_and_the_library_make_the_same_cut()
    {
        var folder = Machine.Folder();
        var (theirs, ours) = (Path.Combine(folder, "theirs.slim"), Path.Combine(folder, "ours.slim"));
        var code = await Slim.Run("prune", SmallRun.Model, "--macs", "0.5", "--control", "random", "--out", theirs);
        Assert.Equal((0, ""), (code.Code, code.Error));
        using var file = SlimFile.Load(SmallRun.Model);
        using var pruning = new Pruning(SmallRun.Model, file);
        pruning.Cut(pruning.Plan(new() { Plan = Half, Control = CutControl.Random }), ours);
        Assert.Equal(SmallRun.Hash(theirs), SmallRun.Hash(ours));
        using var a = SlimFile.Load(theirs);
        using var b = SlimFile.Load(ours);
        Assert.Equal(a.Provenance[Certificate.Asked], b.Provenance[Certificate.Asked]);
    }

    [Fact]
    public void What_does_not_go_together_is_refused_by_the_properties_names()
    {
        using var file = SlimFile.Load(SmallRun.Model);
        using var pruning = new Pruning(SmallRun.Model, file);
        void Refused(PruningOptions options, string sentence) =>
            Assert.Contains(sentence, Assert.Throws<ExperimentException>(() => pruning.Plan(options)).Message);
        Refused(
            new()
            {
                Plan = Half,
                Candidates = 2,
                Control = CutControl.Random,
            },
            "PruningOptions.Control"
        );
        Refused(new() { Plan = Half, Candidates = 0 }, "PruningOptions.Candidates is 0");
        Refused(new() { Plan = Half, Images = 1 }, "PruningOptions.Images is 1");
        Refused(new() { Plan = Half, Latency = new() }, "exactly one of LatencyGoal.Milliseconds");
        Refused(
            new()
            {
                Plan = Half,
                Latency = new() { Speedup = -1 },
            },
            "must be positive"
        );
        var planned = pruning.Plan(new() { Plan = Half });
        var before = File.ReadAllBytes(SmallRun.Model);
        Assert.Throws<ExperimentException>(() => pruning.Cut(planned, SmallRun.Model));
        Assert.Equal(before, File.ReadAllBytes(SmallRun.Model));
    }
}
