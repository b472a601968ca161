using SlimSharp.Cli;
using SlimSharp.Formats;
using TorchSharp;

namespace SlimSharp.Tests.Training;

/// <summary>
/// What the published implementation computed on small networks of its families, step by step in float64.
/// </summary>
public class ReferenceTests
{
    private static readonly string[] Networks = ["vgg11-slim", "preresnet20", "densenet10"];
    private static readonly string[] Penalties =
    [
        "none",
        "L1",
        "Lp-0.5",
        "Lp-0.75",
        "TL1-0.5",
        "TL1-1",
        "MCP-80",
        "SCAD-60",
    ];

    public static TheoryData<string> Cases => [.. from n in Networks from p in Penalties select $"{n}.{p}"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_and_pruning_give_the_published_numbers(string name)
    {
        var deviations = Reproduction.Run(Machine.SharedPath("reference", "slimming"), name);
        Assert.Equal(11, deviations.Count);
        Assert.All(deviations, d => Assert.True(d.Agrees, $"{d}"));
    }

    public static TheoryData<string> Splittings =>
        [
            "vgg11-slim.splitting-0.0045-100",
            "vgg11-slim.splitting-0.35-0.25",
            "vgg11-slim.splitting-7-100",
            "preresnet20.splitting-0.002-0.25",
            "preresnet20.splitting-3-40",
        ];

    [Theory]
    [MemberData(nameof(Splittings))]
    public void Proximal_splitting_gives_the_published_numbers(string name)
    {
        var deviations = Reproduction.Run(Machine.SharedPath("reference", "splitting"), name);
        Assert.Equal(5, deviations.Count);
        Assert.All(deviations, d => Assert.True(d.Agrees, $"{d}"));
    }

    public static TheoryData<string> Orthonormalities =>
        [
            .. from n in new[] { "vgg13-w8", "mobilenet-narrow", "resnet56-narrow" }
            from p in new[] { "penalty", "training", "training-low-rate", "importance", "pruning" }
            select $"{n}.{p}",
            "schedules",
        ];

    [Theory]
    [MemberData(nameof(Orthonormalities))]
    public void OrthoReg_gives_the_released_numbers(string name)
    {
        var deviations = Reproduction.Run(Machine.SharedPath("reference", "orthoreg"), name);
        Assert.NotEmpty(deviations);
        Assert.All(deviations, d => Assert.True(d.Agrees, $"{d}"));
    }

    [Fact]
    public void Every_case_of_OrthoReg_is_among_these() =>
        Assert.Equal(
            Orthonormalities.Select(c => c.Data).Order(),
            Reproduction.Cases(Machine.SharedPath("reference", "orthoreg")).Order()
        );

    [Fact]
    public void Every_case_of_splitting_is_among_these() =>
        Assert.Equal(
            Splittings.Select(c => c.Data).Order(),
            Reproduction.Cases(Machine.SharedPath("reference", "splitting")).Order()
        );

    [Fact]
    public void Every_case_of_the_reference_is_among_these() =>
        Assert.Equal(
            Cases.Select(c => c.Data).Order(),
            Reproduction.Cases(Machine.SharedPath("reference", "slimming")).Order()
        );

    [Fact]
    public void A_changed_reference_is_noticed_and_a_foreign_one_refused()
    {
        var folder = Machine.Folder();
        foreach (var file in Directory.GetFiles(Machine.SharedPath("reference", "slimming"), "vgg11-slim.*"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var scales = Path.Combine(folder, "vgg11-slim.L1.scales.safetensors");
        var bytes = File.ReadAllBytes(scales);
        bytes[^1] ^= 1; // the sign or size of one scale
        File.Delete(scales);
        File.WriteAllBytes(scales, bytes);
        var found = Reproduction.Run(folder, "vgg11-slim.L1");
        Assert.Equal(["scales"], found.Where(d => !d.Agrees).Select(d => d.Quantity));

        using var stranger = torch.zeros(3);
        using (var stream = File.Create(Path.Combine(folder, "other.init.safetensors")))
            SafeTensors.Write(stream, new Dictionary<string, torch.Tensor> { ["weight"] = stranger });
        File.Copy(Path.Combine(folder, "vgg11-slim.json"), Path.Combine(folder, "other.json"));
        Assert.Contains(
            "no folder",
            Assert.Throws<FileFormatException>(() => Reproduction.Cases(folder + "x")).Message
        );
        Assert.Contains(
            "holds no NAME",
            Assert.Throws<FileFormatException>(() => Reproduction.Cases(Machine.Folder())).Message
        );
        using var tensorsFile = SafeTensors.Read(Path.Combine(folder, "other.init.safetensors"));
        var tensors = tensorsFile.Tensors;
        Assert.Contains(
            "not those of a published",
            Assert.Throws<FileFormatException>(() => PublishedNetwork.Of("x", tensors)).Message
        );
        tensors["weight"].Dispose();
    }
}
