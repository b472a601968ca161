using System.CommandLine;
using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>Options that say where images are and what form they are brought into.</summary>
internal sealed class DataArguments
{
    private readonly Option<string?> _path = new("--data")
    {
        Description =
            "Folder or file of images; 'slim data' lists what can be read. 'sample' is the part of Fashion-MNIST that comes with SlimSharp.",
        HelpName = "DIR",
    };
    private readonly Option<int?> _size = new("--size")
    {
        Description = "Resize images to N×N, antialiased.",
        HelpName = "N",
    };
    private readonly Option<int?> _pad = new("--pad") { Description = "Pad images to N×N with black.", HelpName = "N" };
    private readonly Option<int?> _channels = new("--channels")
    {
        Description = "1 for grey, 3 for colour; by default as the images are.",
    };
    private readonly Option<string?> _records = new("--records")
    {
        Description = "Files hold records of a label byte and planes of this shape, as in 3×32×32.",
        HelpName = "C×H×W",
    };
    private readonly Option<bool> _unlabelled = new("--no-labels")
    {
        Description =
            "Take the images without labels, for what needs none: pictures wherever they lie in a folder or tar file; with --records, records without a label byte.",
    };
    private readonly Option<double> _validation = new("--validation")
    {
        Description = "Share of training images held out to choose with.",
        DefaultValueFactory = _ => 0.1,
        HelpName = "SHARE",
    };

    private readonly Option<double?> _test = new("--test")
    {
        Description =
            "Share of the images held out as test images, of data that have none of their own (one file of records, one archive); 0 trains on all.",
        HelpName = "SHARE",
    };
    private readonly Option<string?> _range = new("--range")
    {
        Description =
            "IDX files whose numbers are not bytes: LOW becomes black, HIGH white, shades between; as in --range=-1,1.",
        HelpName = "LOW,HIGH",
    };

    /// <summary>Where images are.</summary>
    internal Option<string?> Path => _path;

    /// <summary>Those that say how images are read.</summary>
    internal IEnumerable<Option> Ways => [_size, _pad, _channels, _records, _range, _unlabelled, _validation, _test];

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All => [_path, .. Ways];

    internal void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>The options as given; null where no --data is.</summary>
    /// <exception cref="UsageException">Without it, another is given that says how its images are read.</exception>
    internal DataOptions? Given(ParseResult parsed)
    {
        if (parsed.Has(_path))
            return Get(parsed);
        parsed.Refuse("says how the images of --data are read; give that, too", Ways);
        return null;
    }

    /// <summary>
    /// The options as given; what is not given as in <paramref name="fallback"/> where no --data is given, else by
    /// default. <paramref name="place"/> stands for --data.
    /// </summary>
    internal DataOptions Get(ParseResult parsed, DataOptions? fallback = null, string? place = null)
    {
        var path = place ?? parsed.GetValue(_path);
        if (path?.Trim().Length == 0)
            throw new UsageException("--data is empty; give a folder or file. 'slim data' lists what can be read.");
        var start = path is not null
            ? new() { Path = System.IO.Path.GetFullPath(Sample.Resolve(path)) }
            : fallback ?? throw new UsageException("Give --data DIR; 'slim data' lists what can be read.");
        Require(parsed.GetValue(_size), "--size");
        Require(parsed.GetValue(_pad), "--pad");
        Require(parsed.GetValue(_validation), "--validation");
        Require(parsed.GetValue(_test), "--test");
        if (parsed.GetValue(_channels) is not (null or 1 or 3))
            throw new UsageException($"--channels is {parsed.GetValue(_channels)}, but must be 1 or 3.");
        return start with
        {
            Size = parsed.GetValue(_size) ?? start.Size,
            Pad = parsed.GetValue(_pad) ?? start.Pad,
            Channels = parsed.GetValue(_channels) ?? start.Channels,
            Records = parsed.GetValue(_records) is { } shape ? ParseShape(shape) : start.Records,
            Range = parsed.GetValue(_range) is { } range ? ParseRange(range) : start.Range,
            Unlabelled = parsed.GetValue(_unlabelled) || start.Unlabelled,
            Validation = parsed.Has(_validation) ? parsed.GetValue(_validation) : start.Validation,
            Test = parsed.GetValue(_test) ?? start.Test,
        };
    }

    private static void Require(double? share, string option)
    {
        if (share is not (null or (>= 0 and < 1)))
            throw new UsageException($"{option} is {share}, but must be a share from 0 to below 1.");
    }

    private static PixelRange ParseRange(string text)
    {
        double[] ends =
        [
            .. text.Split(',')
                .Select(t =>
                    double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) ? v : double.NaN
                ),
        ];
        return ends is [var low, var high] && low < high && double.IsFinite(low) && double.IsFinite(high)
            ? new(low, high)
            : throw new UsageException(
                $"--range {text}: two numbers are needed, the lower first, as in --range=-1,1 or --range 0,4095."
            );
    }

    private static void Require(int? size, string option)
    {
        if (size is not (null or (>= 1 and <= 4096)))
            throw new UsageException($"{option} is {size}, but must be from 1 to 4096.");
    }

    private static Shape ParseShape(string text)
    {
        int[] sizes = [.. text.Split('x', '×', 'X').Select(t => int.TryParse(t, out var n) ? n : 0)];
        return sizes is [1 or 3, > 0 and <= 4096, > 0 and <= 4096]
            ? new(sizes[0], sizes[1], sizes[2])
            : throw new UsageException(
                $"--records {text}: the shape is written C×H×W with 1 or 3 channels, as in 3x32x32."
            );
    }
}
