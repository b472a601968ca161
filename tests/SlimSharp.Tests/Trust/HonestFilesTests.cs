using SlimSharp.Data;
using SlimSharp.Linear;
using SlimSharp.Tests.Data;

namespace SlimSharp.Tests.Trust;

/// <summary>Files that are large for a good reason are read without an option.</summary>
public class HonestFilesTests
{
    [Fact]
    public void Blank_pictures_of_twelve_megapixels_are_read()
    {
        // Nothing compresses better: 36 MB become 160 kB, so that photographs of that size are read as well.
        var picture = Pictures.Png(3000, 4000, new byte[36_000_000]);
        var set = ImageFolder.Read(Folder(_ => picture, 2), size: 32);
        Assert.Equal(2, set.Count);
    }

    [Fact]
    public void Many_small_drawings_of_one_colour_are_read()
    {
        // As Omniglot's: 33 kB of pixels each from some hundred bytes.
        var picture = Pictures.Png(105, 105, [.. Enumerable.Repeat((byte)255, 105 * 105 * 3)]);
        Assert.True(picture.Length < 1_000);
        var set = ImageFolder.Read(Folder(_ => picture, 3_000));
        Assert.Equal(3_000, set.Count);
        Assert.True(set.Pixels.All(p => p == 255));
    }

    [Fact]
    public void Pictures_of_CIFAR_as_JPEG_are_read()
    {
        var set = ImageFolder.Read(Machine.SharedPath("data", "cifar10", "cifar10-jpeg-test.tar.gz"));
        Assert.True(set.Count >= 1_000);
    }

    [Fact]
    public void As_many_features_as_those_of_large_collections_of_texts_are_read()
    {
        const int Features = 1_355_191; // of news20.binary
        var path = Path.Combine(Machine.Folder(), "x.libsvm");
        File.WriteAllText(path, $"-1 1:1\n1 {Features}:1\n");
        Assert.Equal(Features, LibsvmFile.Read(path).Features.Columns);
    }

    private static string Folder(Func<int, byte[]> picture, int count)
    {
        var folder = Machine.Folder();
        foreach (var name in new[] { "ant", "bee" })
            Directory.CreateDirectory(Path.Combine(folder, name));
        for (var i = 0; i < count; i++)
            File.WriteAllBytes(Path.Combine(folder, i % 2 == 0 ? "ant" : "bee", $"{i}.png"), picture(i));
        return folder;
    }
}
