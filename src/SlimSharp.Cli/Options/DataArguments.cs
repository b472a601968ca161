using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>Options that say where images are and what form they are brought into.</summary>
internal sealed class DataArguments
{
    private readonly Option<string?> _path = new("--data")
    {
        Description = "Folder or file of images; 'slim data' lists what can be read.",
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
    private readonly Option<double> _validation = new("--validation")
    {
        Description = "Share of training images held out to choose with.",
        DefaultValueFactory = _ => 0.1,
        HelpName = "SHARE",
    };

    /// <summary>Where images are.</summary>
    internal Option<string?> Path => _path;

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_path, _size, _pad, _channels, _records, _validation])
            command.Add(option);
    }

    /// <summary>The options as given; null where no --data is.</summary>
    internal DataOptions? Given(ParseResult parsed) => parsed.Has(_path) ? Get(parsed) : null;

    /// <summary>The options as given, or <paramref name="fallback"/> where no --data is given.</summary>
    internal DataOptions Get(ParseResult parsed, DataOptions? fallback = null)
    {
        if (parsed.GetValue(_path) is not { } path)
            return fallback ?? throw new UsageException("Give --data DIR; 'slim data' lists what can be read.");
        Require(parsed.GetValue(_size), "--size");
        Require(parsed.GetValue(_pad), "--pad");
        if (parsed.GetValue(_channels) is not (null or 1 or 3))
            throw new UsageException($"--channels is {parsed.GetValue(_channels)}, but must be 1 or 3.");
        return new()
        {
            Path = path,
            Size = parsed.GetValue(_size),
            Pad = parsed.GetValue(_pad),
            Channels = parsed.GetValue(_channels),
            Records = parsed.GetValue(_records) is { } shape ? ParseShape(shape) : null,
            Validation = parsed.GetValue(_validation),
        };
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
