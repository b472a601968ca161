using System.CommandLine;
using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>
/// Options that say what is done to bytes before a network sees them, where its file does not. It is a property of the
/// network: stated once, never guessed from the images at hand.
/// </summary>
internal sealed class NormalizationArguments
{
    private const string None = "none";

    private static readonly string Kinds = string.Join("; ", NormalizationKind.All.Select(k => $"{k.Name}, {k.Title}"));

    private readonly Option<string?> _name;
    private readonly Option<string?> _mean = new("--mean")
    {
        Description =
            "Mean per channel of what the network was trained on, for numbers in 0–1, as in 0.485,0.456,0.406; with --deviation, in place of --normalization.",
        HelpName = "LIST",
    };
    private readonly Option<string?> _deviation = new("--deviation")
    {
        Description = "Standard deviation per channel.",
        HelpName = "LIST",
    };

    /// <param name="allowsNone">True where a file may be written that does not say.</param>
    internal NormalizationArguments(bool allowsNone = false)
    {
        string[] names = [.. NormalizationKind.All.Select(k => k.Name)];
        _name = Choices.Optional(
            "--normalization",
            allowsNone
                ? $"What the network reads, to be kept in the file: {Kinds}; or {None}, numbers of which nothing is known."
                : $"What the network reads, where its file does not say: {Kinds}.",
            [.. names, .. allowsNone ? (string[])[None] : []]
        );
    }

    internal void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>All of them.</summary>
    internal IEnumerable<Option> All => [_name, _mean, _deviation];

    /// <summary>What was given, for a network's images; null where nothing was, or none.</summary>
    internal Normalization? Get(ParseResult parsed, Network network)
    {
        var channels = network.Shapes[network.Inputs.First().Name].Channels;
        var (name, mean, deviation) = (parsed.GetValue(_name), parsed.GetValue(_mean), parsed.GetValue(_deviation));
        if (name is not null && (mean ?? deviation) is not null)
            throw new UsageException("--normalization takes the place of --mean and --deviation; leave those out.");
        if (name is not null)
            return name == None ? null : NormalizationKind.Get(name, channels);
        if (mean is null && deviation is null)
            return null;
        var (means, deviations) = (Numbers("--mean", mean, channels), Numbers("--deviation", deviation, channels));
        if (!deviations.All(d => d > 0))
            throw new UsageException("--deviation must be positive.");
        return means.Zip(deviations, (m, d) => (float)((1 + Math.Abs(m)) / d)).All(float.IsFinite)
            ? new([.. means], [.. deviations])
            : throw new UsageException("--mean and --deviation make numbers of bytes that 32 bits cannot hold.");
    }

    /// <summary>True if anything was said, and be it that nothing is known.</summary>
    internal bool IsGiven(ParseResult parsed) => All.Any(parsed.Has);

    /// <summary>The file with what was given. Tensors are shared.</summary>
    /// <exception cref="UsageException">The file says otherwise.</exception>
    internal SlimFile With(ParseResult parsed, SlimFile file, string path)
    {
        if (Get(parsed, file.Network) is not { } given || given.Equals(file.Normalization))
            return file;
        return file.Normalization is { } own
            ? throw new UsageException(
                $"{path} already says how images are normalised: {own}, not {given}. Leave out the option, or import or convert the network again."
            )
            : file with
            {
                Normalization = given,
            };
    }

    /// <summary>The same where it is needed.</summary>
    /// <exception cref="UsageException">Neither the file nor an option says how images are normalised.</exception>
    internal SlimFile Needed(ParseResult parsed, SlimFile file, string path)
    {
        var stated = With(parsed, file, path);
        return stated.Normalization is null ? throw new UsageException(ModelFile.NoNormalization(path)) : stated;
    }

    private static double[] Numbers(string option, string? list, int channels)
    {
        double[] numbers =
        [
            .. (list ?? "")
                .Split(',')
                .Select(p =>
                    double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : double.NaN
                ),
        ];
        return numbers.Length == channels && numbers.All(double.IsFinite)
            ? numbers
            : throw new UsageException(
                $"{option} needs {channels} numbers with commas between, as in 0.485,0.456,0.406."
            );
    }
}
