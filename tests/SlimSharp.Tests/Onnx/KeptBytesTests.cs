using CsCheck;
using SlimSharp.Onnx;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// What is read is written again, understood or not. What is expected is made by <see cref="WireModel"/>, which knows
/// nothing of the reader.
/// </summary>
public class KeptBytesTests
{
    private const int Cases = 300;

    private static readonly Gen<WireModel> Models = Gen.Select(Gen.Int, Gen.Byte.Array[0, 40])
        .Select((seed, noise) => new WireModel(seed, noise));

    [Theory]
    [InlineData("blazeface-front-128")]
    [InlineData("mlsd-tiny-320")]
    [InlineData("ppocr-v4-det")]
    [InlineData("ppocr-v4-rec")]
    public void A_real_file_is_written_as_it_was_read(string name)
    {
        var path = Machine.SharedPath("data", "onnx", $"{name}.onnx");
        Assert.Equal(File.ReadAllBytes(path), OnnxModel.Load(path).ToBytes());
    }

    // Every record is another one with another name, and a third with the first name again.
    [Fact]
    public void A_real_file_whose_names_all_change_and_change_back_has_the_same_bytes()
    {
        var path = Machine.SharedPath("data", "onnx", "blazeface-front-128.onnx");
        var model = OnnxModel.Load(path);
        var renamed = OnnxReader.Model(Renamed(model, name => name + "'").ToBytes());
        Assert.All(renamed.Nodes, n => Assert.EndsWith("'", n.Outputs[0], StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(path), Renamed(renamed, name => name[..^1]).ToBytes());
    }

    [Fact]
    public void Fields_that_nobody_knows_are_written_as_they_were_read() =>
        Models.Sample(m => Assert.Equal(m.ToBytes(), Read(m).ToBytes()), iter: Cases);

    [Fact]
    public void Only_the_field_that_changes_is_written_anew() =>
        Models.Sample(
            m =>
            {
                var model = Read(m);
                Check(m with { GraphName = "other" }, model with { Name = "other" });
                Check(m with { Metadata = ["b", "c"] }, model with { Metadata = model.Metadata.Add("c", "value") });
                Check(m with { NodeName = "other" }, WithNode(model, n => n with { Name = "other" }));
                Check(m with { Domain = "org" }, WithNode(model, n => n with { Domain = "org" }));
                Check(
                    m with
                    {
                        Alpha = 2,
                    },
                    WithNode(model, n => n with { Attributes = [.. n.Attributes.Select(Two)] })
                );
                Check(m with { InputName = "i" }, model with { Inputs = [model.Inputs[0] with { Name = "i" }] });
                Check(m with { ConstantName = "k" }, WithConstant(model, c => c with { Name = "k" }));
            },
            iter: Cases
        );

    // The old ones stood in a field for their type; both fields at once would be no tensor.
    [Fact]
    public void Numbers_that_change_are_written_once() =>
        Models.Sample(
            m =>
            {
                var changed = WithConstant(Read(m), c => c with { Data = "abcd"u8.ToArray() });
                var constants = OnnxReader.Model(changed.ToBytes()).Constants;
                var constant = constants.Single(c => c.Name == "c");
                Assert.Equal("abcd"u8, constant.Data.Span);
                Assert.Equal(
                    Part.Of(Read(m).Constants.Single(c => c.Name == "c").Source!.Value).Select(p => p.Number).Order(),
                    Part.Of(constant.Source!.Value).Select(p => p.Number == 9 ? 4 : p.Number).Order()
                );
                Assert.Equal([0x01, 0x00, 0x02, 0x00], constants.Single(c => c.Name == "half").Data.ToArray());
                Assert.Equal(2.0, BitConverter.ToDouble(constants.Single(c => c.Name == "wide").Data.Span));
            },
            iter: Cases
        );

    [Fact]
    public void Attributes_that_are_not_understood_are_their_bytes_and_numbers_changed_in_place_are_written()
    {
        var node = Read(new(1, [])).Nodes[0];
        Assert.Equal(
            ["blob", "body", "kind", "outer", "sparse", "words"],
            node.Attributes.Where(a => a.Value is ReadOnlyMemory<byte>).Select(a => a.Name).Order()
        );
        var model = SampleNodes.Image("Thing", [("axes", new long[] { 1, 2 })]);
        var read = OnnxReader.Model(model.ToBytes());
        ((long[])read.Nodes[0].Attributes[0].Value)[1] = 3;
        var written = OnnxReader.Model(read.ToBytes());
        Assert.Equal([1L, 3], (long[])written.Nodes[0].Attributes[0].Value);
    }

    private static void Check(WireModel expected, OnnxModel changed) =>
        Assert.Equal(expected.ToBytes(), changed.ToBytes());

    private static OnnxModel Read(WireModel model) => OnnxReader.Model(model.ToBytes());

    private static (string, object) Two((string Name, object Value) attribute) =>
        (attribute.Name, attribute.Name == "alpha" ? 2f : attribute.Value);

    private static OnnxModel WithNode(OnnxModel model, Func<OnnxNode, OnnxNode> change) =>
        model with
        {
            Nodes = [change(model.Nodes[0])],
        };

    private static OnnxModel WithConstant(OnnxModel model, Func<OnnxTensor, OnnxTensor> change) =>
        model with
        {
            Constants = [.. model.Constants.Select(c => c.Name == "c" ? change(c) : c)],
        };

    private static OnnxModel Renamed(OnnxModel model, Func<string, string> name) =>
        model with
        {
            Name = name(model.Name),
            Nodes =
            [
                .. model.Nodes.Select(n =>
                    n with
                    {
                        Inputs = [.. n.Inputs.Select(i => i == "" ? i : name(i))],
                        Outputs = [.. n.Outputs.Select(name)],
                    }
                ),
            ],
            Constants = [.. model.Constants.Select(c => c with { Name = name(c.Name) })],
            Inputs = [.. model.Inputs.Select(i => i with { Name = name(i.Name) })],
            Outputs = [.. model.Outputs.Select(o => o with { Name = name(o.Name) })],
        };
}
