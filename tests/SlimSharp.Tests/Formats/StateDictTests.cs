using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Formats;

public class StateDictTests
{
    private static string Refusal(byte[] content)
    {
        var path = Path.Combine(Machine.Folder(), "x.pth");
        File.WriteAllBytes(path, content);
        var message = Assert.Throws<FileFormatException>(() => StateDict.Read(path)).Message;
        Assert.StartsWith(path, message);
        return message;
    }

    private static byte[] Written(Dictionary<string, torch.Tensor> tensors)
    {
        using var stream = new MemoryStream();
        StateDict.Write(stream, tensors);
        return stream.ToArray();
    }

    [Fact]
    public void A_file_of_the_old_form_holds_what_its_safetensors_twin_holds()
    {
        using var scope = torch.NewDisposeScope();
        var old = StateDict.Read(Machine.SharedPath("data", "pretrained", "resnet20-12fca82f.th"));
        using var twinFile = SafeTensors.Read(
            Machine.SharedPath("data", "pretrained", "cifar10-resnet20-akamaster.safetensors")
        );
        var twin = twinFile.Tensors;
        Assert.Equal(twin.Keys.Order(), old.Keys.Order());
        Assert.All(twin, t => Assert.Equal(Numbers.Hash(t.Value), Numbers.Hash(old[t.Key])));
        using var weights = NameMap.Match("x", CifarResNet.Create(20), old);
        Assert.Equal(Numbers.Hash(twin["linear.bias"]), weights.HashOf("fc.bias"));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = new Dictionary<string, torch.Tensor>
        {
            ["a.weight"] = torch.randn(3, 4, 2),
            ["b"] = torch.randn(5).to(torch.float64),
            ["n"] = torch.tensor(7L),
            ["turned"] = torch.randn(4, 3).t(),
            ["empty"] = torch.zeros(0, 2),
        };
        var path = Path.Combine(Machine.Folder(), "x.pth");
        File.WriteAllBytes(path, Written(tensors));
        var read = StateDict.Read(path);
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        Assert.All(
            tensors,
            t =>
                Assert.Equal(
                    (Numbers.Hash(t.Value), t.Value.dtype, string.Join('x', t.Value.shape)),
                    (Numbers.Hash(read[t.Key]), read[t.Key].dtype, string.Join('x', read[t.Key].shape))
                )
        );
    }

    [Fact]
    public void Code_in_a_pickle_is_refused_by_name_and_never_run()
    {
        byte[] Legacy(string pickle) =>
            [
                0x80,
                2,
                0x8a,
                10,
                .. new System.Numerics.BigInteger([.. Convert.FromHexString("6cfc9c46f9206aa85019")]).ToByteArray(),
                (byte)'.',
                0x80,
                2,
                (byte)'M',
                0xe9,
                3,
                (byte)'.',
                0x80,
                2,
                (byte)'}',
                (byte)'.',
                .. System.Text.Encoding.Latin1.GetBytes(pickle),
            ];
        Assert.Contains("it calls os.system", Refusal(Legacy("\u0080\u0002cos\nsystem\n(X\u0002\0\0\0lstR.")));
        Assert.Contains("it uses the operation 0x69", Refusal(Legacy("\u0080\u0002(i.")));
        Assert.Contains("it holds no dictionary", Refusal(Legacy("\u0080\u0002N.")));
        Assert.Contains("does not begin as files of torch.save do", Refusal([0x80, 2, (byte)'N', (byte)'.']));
        Assert.Contains("cannot be read as a PyTorch state dict", Refusal([1, 2, 3]));
        Assert.Contains("cannot be read as a PyTorch state dict", Refusal([]));
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var good = Written(new() { ["a"] = torch.randn(30), ["b"] = torch.randn(3, 3) });
        for (var length = 0; length < good.Length; length += 37)
            Refusal(good[..length]);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte)
            .Sample(
                (at, value) =>
                {
                    var damaged = good.ToArray();
                    damaged[at] = value;
                    var path = Path.Combine(Path.GetTempPath(), $"slimsharp-{Environment.ProcessId}.pth");
                    File.WriteAllBytes(path, damaged);
                    try
                    {
                        foreach (var tensor in StateDict.Read(path).Values)
                            tensor.Dispose();
                    }
                    catch (FileFormatException) { }
                    return true;
                },
                iter: 1_000,
                threads: 1
            );
    }

    [Fact]
    public void What_is_missing_too_many_or_misshapen_is_listed()
    {
        using var scope = torch.NewDisposeScope();
        using var tensorsFile = SafeTensors.Read(
            Machine.SharedPath("data", "pretrained", "cifar10-resnet20-akamaster.safetensors")
        );
        var tensors = tensorsFile.Tensors;
        string Message(SlimSharp.Networks.Network network) =>
            Assert.Throws<FileFormatException>(() => NameMap.Match("file", network, tensors)).Message;
        Assert.Contains("Too many: layer", Message(CifarResNet.Create(14)));
        Assert.Contains("Missing: layer1.3.conv1.weight", Message(CifarResNet.Create(26)));
        Assert.Contains(
            "Misshapen: linear.weight (10×64 instead of 7×64), linear.bias (10 instead of 7).",
            Message(CifarResNet.Create(20, classes: 7))
        );
    }
}
