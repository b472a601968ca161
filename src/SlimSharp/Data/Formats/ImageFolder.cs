using System.Formats.Tar;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>
/// JPEG, PNG, BMP, GIF and TIFF pictures in one folder per class, or a tar or tar.gz file of such folders; or pictures
/// without classes.
/// </summary>
public static class ImageFolder
{
    private const long ManyPixels = 1 << 23; // of pictures that are decoded one at a time
    private static readonly Lock OneAtATime = new();

    /// <summary>
    /// Reads all images, classes in the order of their names, turned as EXIF says. All must be of one size, unless
    /// <paramref name="size"/> is given. What is too large for memory stays on disk, and each image is read when it is
    /// wanted.
    /// </summary>
    /// <param name="path">The folder, or the tar, tar.gz or tgz file.</param>
    /// <param name="size">Height and width to which images are resized.</param>
    /// <exception cref="DataException">
    /// A file is damaged or of another size, a class has no picture that can be read, or there is none at all.
    /// </exception>
    public static ImageSet Read(string path, int? size = null) => Read(List(path), path, size);

    /// <summary>
    /// Reads all pictures in a folder and the folders below it, or in a tar file, without labels, in the order of their
    /// paths.
    /// </summary>
    /// <param name="path">The folder, or the tar, tar.gz or tgz file.</param>
    /// <param name="size">Height and width to which images are resized.</param>
    /// <exception cref="DataException">A file is damaged or of another size, or there is no picture.</exception>
    public static ImageSet ReadUnlabelled(string path, int? size = null) => Read(ListUnlabelled(path), path, size);

    /// <summary>What of it is read, and what is left out.</summary>
    internal static PictureListing List(string path, CancellationToken stop = default) =>
        Directory.Exists(path) ? new(path, FromFolder(path, stop), level: 2) : new(path, FromTar(path, stop));

    /// <summary>The same of all pictures, wherever they lie.</summary>
    internal static PictureListing ListUnlabelled(string path, CancellationToken stop = default) =>
        PictureListing.Unlabelled(path, Directory.Exists(path) ? FromTree(path, stop) : FromTar(path, stop));

    internal static ImageSet Read(PictureListing listing, string path, int? size, CancellationToken stop = default)
    {
        stop.ThrowIfCancellationRequested();
        var files = listing.Pictures;
        var room = ReadBudget.OfPictures(path, sentence => new DataException(sentence));
        ImageSet Picture(int i, ReadBudget budget, CancellationToken until)
        {
            var image = Decode(files[i].Name, files[i].Read!, budget);
            return size is { } s ? image.ResizedTo(s, s, until) : image;
        }
        var first = Picture(0, room, stop);
        int[]? labels = listing.Classes.Length > 0 ? [.. files.Select(listing.Label)] : null;
        if (!ImageSet.FitsMemory(first.Shape, files.Length))
            return new(
                path,
                first.Shape,
                new ImagesOnDisk(
                    files.Length,
                    i =>
                        Picture(
                            i,
                            ReadBudget.OfPictures(path, sentence => new DataException(sentence)),
                            default
                        ).Pixels,
                    i => files[i].Identity
                ),
                labels,
                listing.Classes
            );
        var pixels = ImageSet.Allocate(path, first.Shape, files.Length);
        void Put(int i, ImageSet image)
        {
            if (image.Shape != first.Shape)
                throw new DataException(
                    $"{image.Name}: is {image.Shape}, but {first.Name} is {first.Shape}. Give DataOptions.Size to bring all images to one size."
                );
            image.Pixels.CopyTo(pixels, i * first.Shape.Count);
        }
        Put(0, first);
        var failure = (DataException?)null;
        Parallel.For(
            1,
            files.Length,
            Threads.ParallelUntil(stop),
            (i, loop) =>
            {
                try
                {
                    Put(i, Picture(i, room, stop));
                }
                catch (DataException e)
                {
                    failure = e;
                    loop.Stop();
                }
            }
        );
        return failure is not null ? throw failure
            : labels is null ? new(path, first.Shape, pixels)
            : new(path, first.Shape, pixels, labels, listing.Classes);
    }

    /// <summary>One image as a set, 3×H×W, turned as EXIF says; it has no label.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="content">The content of a JPEG, PNG, BMP, GIF or TIFF file.</param>
    /// <exception cref="DataException">It is no such file, or damaged.</exception>
    public static ImageSet Decode(string name, byte[] content) =>
        Decode(name, () => content, ReadBudget.OfPictures(name, sentence => new DataException(sentence)));

    // Class folders, what is in them, and what lies beside them.
    private static IEnumerable<PictureListing.Entry> FromFolder(string path, CancellationToken stop)
    {
        foreach (var file in Directory.GetFiles(path))
            yield return new([Path.GetFileName(file)], file, () => File.ReadAllBytes(file));
        foreach (var folder in Directory.GetDirectories(path).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            yield return new([name], folder, null);
            if (PictureListing.IsHidden(name))
                continue;
            stop.ThrowIfCancellationRequested();
            foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
                yield return new([name, Path.GetFileName(file)], file, () => File.ReadAllBytes(file));
            foreach (var below in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
            {
                yield return new([name, Path.GetFileName(below)], below, null);
                foreach (var file in Directory.GetFiles(below)) // to be counted
                    yield return new([name, Path.GetFileName(below), Path.GetFileName(file)], file, () => []);
            }
        }
    }

    private static IEnumerable<PictureListing.Entry> FromTree(string path, CancellationToken stop)
    {
        foreach (
            var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        )
        {
            stop.ThrowIfCancellationRequested();
            string[] parts = Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar);
            yield return new(parts, file, () => File.ReadAllBytes(file));
        }
    }

    private static List<PictureListing.Entry> FromTar(string path, CancellationToken stop)
    {
        var entries = new List<PictureListing.Entry>();
        try
        {
            var budget = DataFile.Budget(path);
            using var stream = DataFile.Open(path, budget, stop);
            var guard = new TarGuard(stream);
            using var tar = new TarReader(guard);
            while (tar.GetNextEntry() is { } entry)
            {
                string[] parts = [.. entry.Name.Split('/').Where(p => p is not ("" or "."))];
                if (entry.EntryType == TarEntryType.Directory)
                    entries.Add(new(parts, $"{path}:{entry.Name}", null));
                else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    entries.Add(
                        new(
                            parts,
                            $"{path}:{entry.Name}",
                            stream.CanSeek ? OnDisk(path, guard.Position, entry.Length) : Content(entry, budget)
                        )
                    );
            }
        }
        catch (Exception e) when (e is not (DataException or OperationCanceledException))
        {
            throw new DataException(
                $"{path}: is not an intact tar file ({e.Message.TrimEnd('.')}). Fetch it again.",
                e
            );
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    // Of an archive that is not packed, where a picture lies is enough to read it when it is wanted.
    private static Func<byte[]> OnDisk(string path, long offset, long length) =>
        () =>
        {
            using var file = File.OpenHandle(path);
            if (length > Array.MaxLength || offset + length > RandomAccess.GetLength(file))
                throw new InvalidDataException("it is cut short");
            var content = new byte[length];
            for (var read = 0; read < content.Length; )
                read += RandomAccess.Read(file, content.AsSpan(read), offset + read) is > 0 and var more
                    ? more
                    : throw new InvalidDataException("it is cut short");
            return content;
        };

    // What is no picture that is read takes no memory.
    private static Func<byte[]> Content(TarEntry entry, ReadBudget budget)
    {
        if (!PictureFormat.IsRead(entry.Name) || entry.DataStream is null)
            return () => [];
        var content = budget.Read(entry.DataStream, entry.Length, "the pictures in it");
        return () => content;
    }

    private static ImageSet Decode(string name, Func<byte[]> read, ReadBudget room)
    {
        try
        {
            var content = read();
            room.Grow(content.Length);
            var (format, head) = PictureFormat.Of(content);
            var pixels = (long)head.Width * head.Height;
            ReadBudget
                .OfPicture(name, content.Length, sentence => new DataException(sentence))
                .Take(pixels, 3, "its pixels");
            room.Take(pixels, 3, "its pictures");
            if (pixels < ManyPixels)
                return Planes();
            lock (OneAtATime)
                return Planes();

            ImageSet Planes() => new(name, ShapeOf(head), Planar(name, format.Decode(content, head), head));
        }
        catch (Exception e) when (e is not DataException)
        {
            throw new DataException(
                $"{name}: is not an intact {PictureFormat.Choice} picture ({e.Message.TrimEnd('.')}).",
                e
            );
        }
    }

    private static Shape ShapeOf(PictureHead head) =>
        head.IsTransposed ? new(3, head.Width, head.Height) : new(3, head.Height, head.Width);

    private static byte[] Planar(string name, byte[] pixels, PictureHead head)
    {
        var shape = ShapeOf(head);
        var planes = ImageSet.Allocate(name, shape, 1);
        for (var i = 0; i < shape.Area; i++) // H×W×C -> C×H×W
        {
            var source = 3 * head.Source(i / shape.Width, i % shape.Width);
            for (var c = 0; c < 3; c++)
                planes[c * shape.Area + i] = pixels[source + c];
        }
        return planes;
    }
}
