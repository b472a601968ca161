using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using Check = SlimSharp.Formats.Check;

namespace SlimSharp.Tests.Formats;

/// <summary>What a check of a cut file believes, and what not.</summary>
public sealed class VerificationTests : IDisposable
{
    private static readonly Network Tiny = Vgg.Create("tiny", [6, 0, 8], 10, new Shape(1, 28, 28));
    private readonly SlimFile _original = new() { Network = Tiny, Weights = Drawn.Weights(Tiny, 3) };

    public void Dispose() => _original.Dispose();

    private SurgeryResult Cut(ConstantTreatment constants = ConstantTreatment.Drop)
    {
        using var model = _original.ToModel();
        return Surgeon.Apply(
            model,
            Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5), Constants = constants })
        );
    }

    // As it was written and read, so that nothing of it is what memory still holds.
    private static SlimFile Read(SlimFile file)
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        file.Save(path);
        return SlimFile.Load(path);
    }

    private static Check Find(SlimFile file, string name, SlimFile? original = null) =>
        Verification.Of(file, original).Single(c => c.Name == name);

    private static void Fails(SlimFile file, string name, string because)
    {
        using var read = Read(file);
        var check = Find(read, name);
        Assert.False(check.Holds, $"{check}");
        Assert.Contains(because, check.Detail);
    }

    // As versions wrote it whose certificates name neither plan nor probe.
    private static SlimFile Older(SlimFile file) =>
        file with
        {
            Certificate = file.Certificate! with
            {
                PlanHash = null,
                SourceHash = null,
                ParametersHash = null,
                ProbeHash = null,
            },
        };

    private static void Swap(torch.Tensor tensor)
    {
        using var still = torch.no_grad();
        var values = Numbers.Read(tensor);
        (values[0], values[1]) = (values[1], values[0]);
        Numbers.Write(tensor, values);
    }

    [Theory]
    [InlineData(ConstantTreatment.Drop)]
    [InlineData(ConstantTreatment.Fold)]
    public void A_cut_file_verifies_and_so_it_does_against_its_original(ConstantTreatment constants)
    {
        using var cut = Cut(constants);
        using var file = Read(cut.ToFile());
        Assert.All(Verification.Of(file), c => Assert.True(c.Holds, c.ToString()));
        var against = Verification.Of(file, _original);
        Assert.Equal(12, against.Count);
        Assert.All(against, c => Assert.True(c.Holds, c.ToString()));
    }

    [Fact]
    public void Other_weights_are_believed_only_where_the_file_says_that_they_were_trained()
    {
        using var cut = Cut();
        foreach (var name in cut.Model.Network.Parameters().Select(p => p.Name))
        {
            using var file = cut.ToFile();
            Swap(file.Weights[name].flatten());
            if (file.Weights.Hash() == cut.Certificate.WeightsHash)
                continue; // the first two are the same number
            Fails(file, "weights", "does not say that they were trained");
            Fails(Older(file), "weights", "Verification.Of");
        }
    }

    [Fact]
    public void A_retrained_file_verifies_and_says_what_cannot_be_told()
    {
        using var cut = Cut();
        using var file = cut.ToFile();
        using var model = file.ToModel();
        using (torch.no_grad())
            model["classifier.bias"].add_(torch.ones(10));
        using var trained = Read(file.Retrained(model.CopyWeights()));
        foreach (var original in new[] { null, _original })
        {
            var checks = Verification.Of(trained, original);
            Assert.Contains(checks, c => c is { Name: "weights", Holds: null });
            Assert.Contains(checks, c => c is { Name: "function", Holds: null });
            Assert.DoesNotContain(checks, c => c.Holds == false);
        }
        // Trained since another cut says nothing of this one.
        using var elsewhere = trained with
        {
            Provenance = new Dictionary<string, string> { [Certificate.Retrained] = _original.Weights.Hash() },
        };
        Fails(elsewhere, "weights", "does not say");
    }

    [Fact]
    public void Statistics_taken_anew_are_told_from_other_weights()
    {
        using var cut = Cut();
        Recalibration.Run(cut.Model, Drawn.Images(Tiny, 16), Drawn.Normalization(Tiny));
        using var file = Read(cut.ToFile());
        Assert.Equal(cut.Certificate.WeightsHash, file.Provenance[Certificate.Recalibrated]);
        Assert.True(Find(file, "weights").Holds);
        Assert.Null(Find(file, "function").Holds);
        using var unsaid = file with { Provenance = new Dictionary<string, string>() };
        Fails(unsaid, "weights", "does not say");
        // Of an older version the original tells.
        using var older = Read(Older(unsaid));
        Assert.False(Find(older, "weights").Holds);
        Assert.True(Find(older, "weights", _original).Holds);
        Swap(file.Weights["block1.bn.weight"]);
        Fails(file, "weights", "are not those of the cut");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_never_holds(double value)
    {
        using var cut = Cut();
        using var file = cut.ToFile();
        using (torch.no_grad())
            file.Weights["block1.bn.weight"].fill_(value);
        Fails(file, "numbers", "'block1.bn.weight'");
        Fails(file.Retrained(file.Weights), "numbers", "'block1.bn.weight'");
        using var uncut = new SlimFile { Network = file.Network, Weights = file.Weights.Copy() };
        Fails(uncut, "numbers", "'block1.bn.weight'");
    }

    [Fact]
    public void A_plan_that_names_other_units_than_were_kept_is_found()
    {
        using var cut = Cut();
        using var file = cut.ToFile();
        foreach (var (at, group) in cut.Plan.Groups.Index().Where(g => g.Item.Kept.Length < g.Item.Units))
        {
            var other = Enumerable.Range(0, group.Units).First(u => !group.Kept.Contains(u));
            SlimmingPlan With(params IEnumerable<int> kept) =>
                cut.Plan with
                {
                    Groups = cut.Plan.Groups.SetItem(at, group with { Kept = [.. kept.Order()] }),
                };
            var another = file with { Plan = With(group.Kept.RemoveAt(0).Append(other)) };
            Fails(another, "units", "keeps other units");
            // Of an older version only the original tells.
            using var older = Read(Older(another));
            Assert.Null(Find(older, "units").Holds);
            Assert.False(Find(older, "same cut", _original).Holds);
            Fails(file with { Plan = With(group.Kept.Append(other)) }, "plan", "not the one that the plan leaves");
            Fails(file with { Plan = With([]) }, "plan", "cannot be carried out");
        }
        Fails(file with { Plan = null }, "cut", "not the plan");
        Fails(file with { Certificate = null }, "cut", "no certificate");
        Fails(file with { Certificate = cut.Certificate with { Macs = 1 } }, "counts", "counted from the tensors");
        Fails(file with { Certificate = cut.Certificate with { FunctionDifference = 1e-3 } }, "certified", "0.001");
    }

    [Fact]
    public void A_probe_that_is_empty_short_surplus_or_another_is_found()
    {
        using var scope = torch.NewDisposeScope();
        using var cut = Cut();
        var (inputs, outputs) = (cut.Probe, cut.MaskedOutputs);
        (torch.Tensor? Inputs, torch.Tensor? Outputs, string Because)[] wrong =
        [
            (null, outputs, "is missing"),
            (inputs, null, "is missing"),
            (inputs.narrow(0, 0, 0), outputs.narrow(0, 0, 0), "holds no inputs"),
            (inputs, outputs.narrow(0, 0, 2), "probe's outputs are 2×10"),
            (inputs, torch.cat([outputs, outputs]), "probe's outputs are 8×10"),
            (inputs, torch.cat([outputs, outputs], 1), "probe's outputs are 4×20"),
            (inputs, outputs.flatten(), "probe's outputs are 40"),
            (inputs.narrow(2, 0, 20), outputs, "probe's inputs are 4×1×20×28"),
            (inputs.narrow(0, 0, 2), outputs.narrow(0, 0, 2), "not the one that the certificate names"),
            (inputs, outputs.mul(double.NaN), "no numbers"),
        ];
        foreach (var (x, y, because) in wrong)
        {
            using var file = cut.ToFile() with { Probe = x is null ? null : new(x.clone(), y?.clone()) };
            Fails(file, "function", because);
        }
        using var model = _original.ToModel();
        var refusal = Assert.Throws<PlanException>(() => Surgeon.Apply(model, cut.Plan, inputs.narrow(0, 0, 0)));
        Assert.Contains("no inputs", refusal.Message);
    }

    [Fact]
    public void A_wrong_original_is_found()
    {
        using var cut = Cut();
        using var file = cut.ToFile();
        _original.Weights["classifier.bias"] = torch.ones(10);
        Assert.False(Find(file, "original", _original).Holds);
    }

    [Fact]
    public void A_cut_saves_itself_whole()
    {
        using var cut = Cut();
        var path = Path.Combine(Machine.Folder(), "x.slim");
        cut.Save(path, new Normalization([0.3], [0.2]), Idx.FashionClasses);
        using var file = SlimFile.Load(path);
        Assert.All(Verification.Of(file, _original), c => Assert.True(c.Holds, c.ToString()));
        Assert.Equal(cut.Model.Network, file.Network);
        Assert.Equal(new Normalization([0.3], [0.2]), file.Normalization);
        Assert.Equal(Idx.FashionClasses, file.Classes);

        using var described = _original with
        {
            Normalization = new([0.1], [0.4]),
            Classes = Idx.FashionClasses,
            Provenance = new Dictionary<string, string> { ["seed"] = "3", [Certificate.Retrained] = "an earlier cut" },
        };
        cut.Save(path, described);
        using var second = SlimFile.Load(path);
        Assert.Equal(described.Normalization, second.Normalization);
        Assert.Equal(described.Classes, second.Classes);
        Assert.Equal("3", Assert.Single(second.Provenance).Value);
        Assert.Equal(cut.Certificate, second.Certificate);
        Assert.Equal(cut.Plan.Explain(), second.Plan!.Explain());
    }
}
