using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>Fitting a set to what a network takes: colour, padding, and antialiased resizing.</summary>
public static class Resizing
{
    /// <summary>The set with 1 or 3 channels: grey is repeated; colour becomes grey by ITU-R BT.601 weights.</summary>
    public static ImageSet WithChannels(this ImageSet set, int channels) => set.WithChannels(channels, default);

    internal static ImageSet WithChannels(this ImageSet set, int channels, CancellationToken stop)
    {
        if (set.Shape.Channels == channels)
            return set;
        var area = set.Shape.Area;
        return set.Changed(
            set.Shape with
            {
                Channels = channels,
            },
            (source, target) =>
            {
                for (var i = 0; i < area; i++)
                {
                    if (channels == 3)
                        target[i] = target[area + i] = target[2 * area + i] = source[i];
                    else
                        target[i] = (byte)
                            Math.Round(0.299 * source[i] + 0.587 * source[area + i] + 0.114 * source[2 * area + i]);
                }
            },
            stop
        );
    }

    /// <summary>The set with black borders up to that size, the image in the middle.</summary>
    /// <exception cref="DataException">The images are larger.</exception>
    public static ImageSet PaddedTo(this ImageSet set, int height, int width) => set.PaddedTo(height, width, default);

    internal static ImageSet PaddedTo(this ImageSet set, int height, int width, CancellationToken stop)
    {
        var shape = set.Shape;
        if ((shape.Height, shape.Width) == (height, width))
            return set;
        if (shape.Height > height || shape.Width > width)
            throw new DataException(
                $"{set.Name}: images of {shape} cannot be padded to {height}×{width}; resize them with DataOptions.Size."
            );
        var (top, left) = ((height - shape.Height) / 2, (width - shape.Width) / 2);
        return set.Changed(
            new Shape(shape.Channels, height, width),
            (source, target) =>
            {
                target.Clear();
                for (var row = 0; row < shape.Channels * shape.Height; row++)
                {
                    var (c, y) = (row / shape.Height, row % shape.Height);
                    source
                        .Slice(row * shape.Width, shape.Width)
                        .CopyTo(target[((c * height + top + y) * width + left)..]);
                }
            },
            stop
        );
    }

    /// <summary>
    /// The set resized with a triangle filter as wide as the reduction, so that shrinking does not alias.
    /// </summary>
    public static ImageSet ResizedTo(this ImageSet set, int height, int width) => set.ResizedTo(height, width, default);

    internal static ImageSet ResizedTo(this ImageSet set, int height, int width, CancellationToken stop)
    {
        var shape = set.Shape;
        if ((shape.Height, shape.Width) == (height, width))
            return set;
        var (rows, columns) = (Filter(shape.Height, height), Filter(shape.Width, width));
        return set.Changed(
            new Shape(shape.Channels, height, width),
            (source, target) =>
            {
                var narrow = new double[shape.Height * width];
                for (var c = 0; c < shape.Channels; c++)
                {
                    var plane = source.Slice(c * shape.Area, shape.Area);
                    for (var i = 0; i < narrow.Length; i++)
                    {
                        var (first, weights) = columns[i % width];
                        for (var k = 0; k < weights.Length; k++)
                            narrow[i] =
                                (k == 0 ? 0 : narrow[i]) + weights[k] * plane[i / width * shape.Width + first + k];
                    }
                    for (var i = 0; i < height * width; i++)
                    {
                        var (first, weights) = rows[i / width];
                        var sum = 0.0;
                        for (var k = 0; k < weights.Length; k++)
                            sum += weights[k] * narrow[(first + k) * width + i % width];
                        target[c * height * width + i] = (byte)Math.Clamp(Math.Round(sum), 0, 255);
                    }
                }
            },
            stop
        );
    }

    // For every target position: the first source position and the weights from there on, which sum to 1.
    private static (int First, double[] Weights)[] Filter(int source, int target)
    {
        var scale = (double)source / target;
        var reach = Math.Max(scale, 1);
        return
        [
            .. Enumerable
                .Range(0, target)
                .Select(i =>
                {
                    var centre = (i + 0.5) * scale;
                    var first = Math.Max((int)Math.Floor(centre - reach), 0);
                    var last = Math.Min((int)Math.Ceiling(centre + reach), source);
                    double[] raw =
                    [
                        .. Enumerable
                            .Range(first, last - first)
                            .Select(j => Math.Max(1 - Math.Abs(j + 0.5 - centre) / reach, 0)),
                    ];
                    var sum = raw.Sum();
                    return (first, raw.Select(w => w / sum).ToArray());
                }),
        ];
    }
}
