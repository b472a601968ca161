namespace SlimSharp.Data;

/// <summary>How the images of a set are read from disk, one by one, from any thread.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Read">The bytes of an image by its place, plane by plane.</param>
/// <param name="NameOf">What tells an image from others, such as its file's path and length.</param>
public sealed record ImagesOnDisk(int Count, Func<int, byte[]> Read, Func<int, string> NameOf)
{
    /// <summary>The images of those places, in that order.</summary>
    internal ImagesOnDisk Subset(IReadOnlyList<int> indices)
    {
        var places = indices.ToArray();
        return new(places.Length, i => Read(places[i]), i => NameOf(places[i]));
    }

    /// <summary>Each image changed after it is read.</summary>
    /// <param name="image">The image, checked.</param>
    /// <param name="length">Bytes of a changed image.</param>
    /// <param name="change">What is done to it.</param>
    internal ImagesOnDisk Changed(Func<int, ReadOnlySpan<byte>> image, int length, ImageChange change) =>
        this with
        {
            Read = i =>
            {
                var target = new byte[length];
                change(image(i), target);
                return target;
            },
        };
}
