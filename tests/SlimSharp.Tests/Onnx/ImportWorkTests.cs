using SlimSharp.Onnx;

namespace SlimSharp.Tests.Onnx;

/// <summary>What importing a small file may cost.</summary>
public class ImportWorkTests
{
    private const int Channels = 4;

    private static OnnxModel Convolution(long batch, long side) =>
        new()
        {
            Name = "model",
            Inputs = [new("x", OnnxType.Float, [batch, Channels, side, side])],
            Outputs = [new("y", OnnxType.Float, [batch, Channels, side - 2, side - 2])],
            Constants =
            [
                OnnxTensor.Of(
                    "w",
                    [.. Enumerable.Range(0, Channels * Channels * 9).Select(i => (i * 7 % 11 - 5) / 8f)],
                    [Channels, Channels, 3, 3]
                ),
            ],
            Nodes = [new("Conv", "y", ["x", "w"], ["y"], [])],
        };

    [Fact]
    public void A_value_that_is_two_outputs_is_refused_by_name()
    {
        var model = Convolution(0, 6);
        foreach (
            var twice in (OnnxModel[])
                [
                    model with
                    {
                        Outputs = [.. model.Outputs, .. model.Outputs],
                    },
                    model with
                    {
                        Nodes = [.. model.Nodes, new("Identity", "z", ["y"], ["z"], [])],
                        Outputs = [.. model.Outputs, model.Outputs[0] with { Name = "z" }],
                    },
                ]
        )
            Assert.Contains("its output 'y' twice", Assert.Throws<OnnxException>(() => OnnxImport.Of(twice)).Message);
    }

    // Some hundred bytes that would take minutes, or all memory.
    [Theory]
    [InlineData(0, 6, true)]
    [InlineData(1 << 24, 6, false)]
    [InlineData(0, 4096, false)]
    [InlineData(1000, 512, false)]
    public void Comparing_takes_no_more_than_a_file_of_its_length_justifies(long batch, long side, bool isCompared)
    {
        var path = Path.Combine(Machine.Folder(), "model.onnx");
        Convolution(batch, side).Save(path);
        if (isCompared)
            Assert.InRange(Compared(), 0, OnnxCheck.Tolerance);
        else
            Assert.Contains("SLIMSHARP_MEMORY=", Assert.Throws<OnnxException>(() => Compared()).Message);

        double Compared()
        {
            using var imported = OnnxImport.Read(path);
            var (network, weights) = (imported.Network, imported.Weights);
            return ImportCheck.Run(path, network, weights);
        }
    }
}
