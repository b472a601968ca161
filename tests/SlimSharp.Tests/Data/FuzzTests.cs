using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Data;

/// <summary>Damaged files of every kind: either a sentence, or a set that holds together.</summary>
[Trait("Length", "long")]
public class FuzzTests
{
    private static void Damage(string name, byte[] content, Action<string> read) =>
        Gen.Select(Gen.Int[0, content.Length - 1].Array[0, 4], Gen.Byte.Array[4], Gen.Int[0, content.Length])
            .Sample(
                (places, values, length) =>
                {
                    var damaged = content.ToArray();
                    foreach (var (at, value) in places.Zip(values))
                        damaged[at] = value;
                    var path = Path.Combine(Folder.Value, name);
                    File.WriteAllBytes(path, values[0] % 2 == 0 ? damaged : damaged[..length]);
                    try
                    {
                        read(path);
                    }
                    catch (SlimSharpException) { }
                    return true;
                },
                iter: 4_000,
                threads: 1
            );

    private static readonly Lazy<string> Folder = new(Machine.Folder);

    [Fact]
    public void Idx()
    {
        var folder = Machine.Folder();
        SlimSharp.Data.Idx.Write(
            folder,
            "train",
            new("s", new(1, 3, 3), new byte[36], [0, 1, 2, 3], ["a", "b", "c", "d"])
        );
        var labels = Path.Combine(folder, "train-labels-idx1-ubyte");
        Damage(
            "idx",
            File.ReadAllBytes(Path.Combine(folder, "train-images-idx3-ubyte")),
            p => SlimSharp.Data.Idx.Read(p, labels)
        );
    }

    [Fact]
    public void Png() => Pictures("x.png", Data.Pictures.Png(4, 4, new byte[48]));

    [Fact]
    public void Records() =>
        Damage("r.bin", new byte[3073 * 2], p => ImageRecords.Read([p], ImageRecords.Cifar, ImageRecords.CifarClasses));

    [Fact]
    public void Tar()
    {
        var source = Directory.CreateDirectory(Path.Combine(Machine.Folder(), "train", "ant"));
        File.WriteAllBytes(Path.Combine(source.FullName, "1.png"), Data.Pictures.Png(4, 4, new byte[48]));
        using var tar = new MemoryStream();
        System.Formats.Tar.TarFile.CreateFromDirectory(source.Parent!.FullName, tar, includeBaseDirectory: true);
        Damage("x.tar", tar.ToArray(), p => ImageFolder.Read(p));
    }

    [Fact]
    public void Slim()
    {
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [2], 3, new Shape(1, 4, 4));
        using var file = new SlimFile { Network = network, Weights = SlimSharp.Models.Initialization.Draw(network, 1) };
        var path = Path.Combine(Machine.Folder(), "x.slim");
        file.Save(path);
        Damage("x.slim", File.ReadAllBytes(path), p => SlimFile.Load(p).Dispose());
    }

    private static void Pictures(string name, byte[] content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder.Value, "images", "class")).FullName;
        Damage(
            name,
            content,
            p =>
            {
                File.Copy(p, Path.Combine(folder, name), overwrite: true);
                ImageFolder.Read(Path.GetDirectoryName(folder)!);
            }
        );
    }
}
