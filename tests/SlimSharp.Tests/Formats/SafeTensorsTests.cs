using SlimSharp.Formats;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Tests.Formats;

public class SafeTensorsTests
{
    private static string Write(
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        Dictionary<string, string>? metadata = null
    )
    {
        var path = Path.Combine(Machine.Folder(), "x.safetensors");
        using var stream = File.Create(path);
        SafeTensors.Write(stream, tensors, metadata);
        return path;
    }

    [Fact]
    public void Every_type_comes_back_bit_by_bit()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = new[]
        {
            torch.float64,
            torch.float32,
            torch.float16,
            torch.bfloat16,
            torch.int64,
            torch.int32,
            torch.int16,
            torch.int8,
            torch.uint8,
            torch.@bool,
        }.ToDictionary(t => t.ToString(), t => (torch.randn(3, 5) * 10).to(t));
        tensors["empty"] = torch.zeros(0, 4);
        tensors["number"] = torch.tensor(2.5);
        tensors["turned"] = torch.randn(4, 6).t();
        using var readFile = SafeTensors.Read(Write(tensors, new() { ["a"] = "ö\"\\" }));
        var read = readFile.Tensors;
        var metadata = readFile.Metadata;
        Assert.Equal("ö\"\\", metadata["a"]);
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), read.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.shape, read[name].shape);
            Assert.Equal(Numbers.Hash(tensor), Numbers.Hash(read[name]));
        }
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        var path = Write(new Dictionary<string, torch.Tensor> { ["a"] = torch.ones(3, 3), ["b"] = torch.zeros(2) });
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length; length += 3)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Contains(path, Assert.Throws<FileFormatException>(() => SafeTensors.Read(path)).Message);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 8, "does not fit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 8, "does not fit")]
    [InlineData("""{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,2]}}""", 8, "unknown type F8")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        4,
        "overlaps"
    )]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "cut short or damaged")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}""",
        4,
        "does not fit"
    )]
    [InlineData("""{"a":5}""", 4, "its header")]
    [InlineData("""[1,2]""", 4, "its header")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8,
        "its header"
    )]
    public void A_header_that_lies_is_refused(string header, int data, string part)
    {
        var path = Path.Combine(Machine.Folder(), "x.safetensors");
        File.WriteAllBytes(
            path,
            [
                .. BitConverter.GetBytes((long)header.Length),
                .. System.Text.Encoding.UTF8.GetBytes(header),
                .. new byte[data],
            ]
        );
        Assert.Contains(part, Assert.Throws<FileFormatException>(() => SafeTensors.Read(path)).Message);
    }

    [Fact]
    public void Files_of_others_are_read()
    {
        using var scope = torch.NewDisposeScope();
        using var tensorsFile = SafeTensors.Read(
            Machine.SharedPath("data", "pretrained", "cifar10-resnet20-akamaster.safetensors")
        );
        var tensors = tensorsFile.Tensors;
        Assert.Contains(tensors.Values, t => t.shape.SequenceEqual(new long[] { 16, 3, 3, 3 }));
    }
}
