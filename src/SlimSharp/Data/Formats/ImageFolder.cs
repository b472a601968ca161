using System.Formats.Tar;
using SlimSharp.Networks;
using StbImageSharp;

namespace SlimSharp.Data;

/// <summary>JPEG and PNG images in one folder per class, or a tar or tar.gz file of such folders.</summary>
public static class ImageFolder
{
    private const int MaxFile = 1 << 28;
    private const long MaxPixels = 1 << 26;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    /// <summary>Reads all images, classes in the order of their names. All must be of one size, unless <paramref name="size"/> is given.</summary>
    /// <param name="path">The folder, or the tar, tar.gz or tgz file.</param>
    /// <param name="size">Height and width to which images are resized.</param>
    /// <exception cref="DataException">A file is damaged or of another size, or there is none.</exception>
    public static ImageSet Read(string path, int? size = null)
    {
        var files = Directory.Exists(path) ? FromFolder(path) : FromTar(path);
        if (files.Count == 0)
            throw new DataException($"{path}: holds no JPEG or PNG image in a folder named after its class.");
        string[] classes = [.. files.Select(f => f.Class).Distinct().Order(StringComparer.Ordinal)];
        var images = new ImageSet[files.Count];
        var failure = (DataException?)null;
        Parallel.For(
            0,
            files.Count,
            Threads.Parallel,
            (i, loop) =>
            {
                try
                {
                    var label = Array.BinarySearch(classes, files[i].Class, StringComparer.Ordinal);
                    var image = Decode(files[i].Name, files[i].Read, label, classes);
                    images[i] = size is { } s ? image.ResizedTo(s, s) : image;
                }
                catch (DataException e)
                {
                    failure = e;
                    loop.Stop();
                }
            }
        );
        return failure is null ? Join(path, images, classes) : throw failure;
    }

    /// <summary>One image as a set, 3×H×W; its label is 0.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="content">The content of a JPEG or PNG file.</param>
    /// <exception cref="DataException">It is no such file, or damaged.</exception>
    public static ImageSet Decode(string name, byte[] content) => Decode(name, () => content, 0, [""]);

    private static ImageSet Join(string path, ImageSet[] images, string[] classes)
    {
        var shape = images[0].Shape;
        if (images.FirstOrDefault(i => i.Shape != shape) is { } odd)
            throw new DataException(
                $"{odd.Name}: is {odd.Shape}, but {images[0].Name} is {shape}. Give --size to bring all images to one size."
            );
        var pixels = ImageSet.Allocate(path, shape, images.Length);
        for (var i = 0; i < images.Length; i++)
            images[i].Pixels.CopyTo(pixels, i * shape.Count);
        return new(path, shape, pixels, [.. images.Select(i => i.Labels[0])], classes);
    }

    private static List<(string Class, string Name, Func<byte[]> Read)> FromFolder(string path) =>
        [
            .. from folder in Directory.GetDirectories(path).Order(StringComparer.Ordinal)
            from file in Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            where IsImage(file)
            select (Path.GetFileName(folder), file, (Func<byte[]>)(() => File.ReadAllBytes(file))),
        ];

    private static List<(string Class, string Name, Func<byte[]> Read)> FromTar(string path)
    {
        var files = new List<(string Class, string Name, Func<byte[]> Read)>();
        try
        {
            using var stream = DataFile.Open(path);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                var folder = Path.GetFileName(Path.GetDirectoryName(entry.Name) ?? "");
                if (entry.DataStream is null || !IsImage(entry.Name) || folder.Length == 0)
                    continue;
                if (entry.Length > MaxFile)
                    throw new InvalidDataException($"{entry.Name} claims {entry.Length} bytes");
                var content = new byte[entry.Length];
                entry.DataStream.ReadExactly(content);
                files.Add((folder, $"{path}:{entry.Name}", () => content));
            }
        }
        catch (Exception e)
        {
            throw new DataException(
                $"{path}: is not an intact tar file ({e.Message.TrimEnd('.')}). Fetch it again.",
                e
            );
        }
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return files;
    }

    private static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name).ToLowerInvariant());

    private static ImageSet Decode(string name, Func<byte[]> read, int label, string[] classes)
    {
        try
        {
            var content = read();
            var (width, height) = PictureFile.Check(content);
            if ((long)width * height > MaxPixels)
                throw new InvalidDataException($"it claims {width}×{height} pixels");
            var image = ImageResult.FromMemory(content, ColorComponents.RedGreenBlue);
            var shape = new Shape(3, image.Height, image.Width);
            var planes = ImageSet.Allocate(name, shape, 1);
            for (var i = 0; i < planes.Length; i++) // H×W×C -> C×H×W
                planes[i] = image.Data[i % shape.Area * 3 + i / shape.Area];
            return new(name, shape, planes, [label], classes);
        }
        catch (Exception e) when (e is not DataException)
        {
            throw new DataException($"{name}: is not an intact JPEG or PNG image ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
