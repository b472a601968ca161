using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Formats;

/// <summary>Weights that are whole numbers or truth values are refused by name, in whatever file they come.</summary>
public class WholeNumberTests
{
    private static readonly Network Network = SlimSharp.Zoo.Vgg.Create("tiny", [2], 3, new Shape(1, 4, 4));

    public static TheoryData<string, torch.ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<string, torch.ScalarType>();
            foreach (var name in Network.Parameters().Select(p => p.Name))
            foreach (var type in new[] { torch.ScalarType.Int64, torch.ScalarType.Byte, torch.ScalarType.Bool })
                cases.Add(name, type);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_weight_or_statistic_of_whole_numbers_is_refused_by_name(string name, torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        var weights = Initialization.Draw(Network, 1);
        weights[name] = torch.ones(weights[name].shape, type);
        var tensors = weights.Names.ToDictionary(n => n, n => weights[n]);
        var folder = Machine.Folder();
        string Path(string file) => System.IO.Path.Combine(folder, file);

        StateDict.Save(Path("x.pth"), tensors);
        Refused(() => NameMap.Match("x.pth", Network, StateDict.Read(Path("x.pth"))));
        using (var stream = File.Create(Path("x.safetensors")))
            SafeTensors.Write(stream, tensors);
        Refused(() => NameMap.Match("x.safetensors", Network, SafeTensors.Read(Path("x.safetensors")).Tensors));
        new SlimFile { Network = Network, Weights = weights }.Save(Path("x.slim"));
        Refused(() => SlimFile.Load(Path("x.slim")));

        void Refused(Func<object> read)
        {
            var message = Assert.Throws<FileFormatException>(read).Message;
            Assert.Contains($"'{name}' is of the type {type}", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Half_precision_is_read()
    {
        using var scope = torch.NewDisposeScope();
        var weights = Initialization.Draw(Network, 1);
        var halves = weights.Names.ToDictionary(n => n, n => weights[n].to(torch.float16));
        using var read = NameMap.Match("x", Network, halves);
        Assert.All(read.Names, n => Assert.Equal(torch.float32, read[n].dtype));
    }
}
