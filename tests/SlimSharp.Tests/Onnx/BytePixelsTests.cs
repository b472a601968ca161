using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>Exports that read bytes come back as the network behind their normalisation.</summary>
public class BytePixelsTests
{
    private static readonly Network Small = SlimSharp.Zoo.CifarResNet.Create(20, width: 0.25);
    private static readonly Normalization[] Known = [Normalization.Cifar, Normalization.ImageNet, Normalization.Raw(3)];

    public static TheoryData<OnnxPixels, int, bool> Cases =>
        [
            .. from pixels in new[] { OnnxPixels.Bytes, OnnxPixels.BytesChannelsLast }
            from known in Enumerable.Range(0, Known.Length)
            from said in new[] { true, false }
            select (pixels, known, said),
        ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_network_is_that_behind_and_the_normalisation_that_of_the_file(
        OnnxPixels pixels,
        int known,
        bool said
    )
    {
        var (normalization, images) = (Known[known], Drawn.Images(Small, 3));
        using var file = new SlimFile
        {
            Network = Small,
            Weights = Drawn.Weights(Small),
            Normalization = normalization,
        };
        var exported = OnnxExport.Of(file, new() { Pixels = pixels });
        if (!said)
            exported = exported with { Metadata = ImmutableSortedDictionary<string, string>.Empty };
        int[] rows = [0, 1, 2];
        using var session = new OnnxSession(exported.ToBytes());
        var theirs = session.Run(images, rows, normalization); // from bytes, in ONNX Runtime

        using var imported = OnnxImport.Of(exported);
        var read = OnnxImport.NormalizationOf(exported)!;
        if (said)
            Assert.Equal(normalization, read);
        Assert.All(read.Mean.Zip(normalization.Mean), m => Assert.Equal(m.Second, m.First, 1e-5));
        Assert.All(read.Deviation.Zip(normalization.Deviation), d => Assert.Equal(1, d.First / d.Second, 1e-5));
        using var model = imported.ToModel();
        model.eval();
        using var still = torch.no_grad();
        using var batch = ImageBatches.InOrder(images, read).Make(rows);
        using var output = model.forward(batch.Images);
        var ours = Numbers.ReadSingle(output);
        Assert.Equal(theirs.Length, ours.Length);
        var largest = ours.Max(Math.Abs);
        Assert.All(ours.Zip(theirs), p => Assert.Equal(0, (p.First - p.Second) / largest, 1e-4));
    }

    [Fact]
    public void What_a_model_does_goes_before_what_its_metadata_say()
    {
        using var weights = Drawn.Weights(Small);
        var model = OnnxExport.Of(Small, weights, Normalization.Cifar, new() { Pixels = OnnxPixels.Bytes });
        model = model with
        {
            Metadata = model
                .Metadata.SetItem("normalization.mean", "[0.5,0.5,0.5]")
                .SetItem("normalization.deviation", "[1,1,1]"),
        };
        Assert.Equal(Normalization.Cifar.Mean[0], OnnxImport.NormalizationOf(model)!.Mean[0], 1e-5);
    }

    [Fact]
    public void A_model_that_begins_otherwise_stays_as_it_is()
    {
        using var weights = Drawn.Weights(Small);
        var plain = OnnxExport.Of(Small, weights, Normalization.Cifar);
        Assert.Same(plain, OnnxImport.WithoutBytePixels(plain));
        var bytes = OnnxExport.Of(Small, weights, Normalization.Cifar, new() { Pixels = OnnxPixels.Bytes });
        var other = bytes with
        {
            Nodes = [.. bytes.Nodes.Select(n => n.Operator == "Mul" ? n with { Operator = "Div" } : n)],
        };
        Assert.Same(other, OnnxImport.WithoutBytePixels(other));
        Assert.Contains("UInt8", Assert.Throws<OnnxException>(() => OnnxImport.Of(other)).Message);
    }
}
