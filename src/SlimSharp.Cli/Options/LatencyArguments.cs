using System.CommandLine;
using System.Globalization;
using SlimSharp.Experiments;
using SlimSharp.Latency;

namespace SlimSharp.Cli;

/// <summary>What time a cut network may take.</summary>
internal sealed class LatencyArguments
{
    private readonly Option<string?> _latency = new("--latency")
    {
        Description = "Cut until ONNX Runtime needs at most so many milliseconds for a batch, as in 8ms.",
        HelpName = "MS",
    };
    private readonly Option<double?> _speedup = new("--speedup")
    {
        Description = "Cut until ONNX Runtime is so many times as fast.",
        HelpName = "FACTOR",
    };
    private readonly Option<int> _batch = new("--batch")
    {
        Description = "Images at a time that the latency is meant for.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };
    private readonly Option<string?> _table = new("--latency-table")
    {
        Description =
            "Times of layers, of the device that matters, from 'slim bench layers' [default: this machine's own].",
        HelpName = "FILE",
    };
    private readonly Option<string?> _widths = Choices.Optional(
        "--widths",
        "How widths are chosen that reach a latency: least-loss, a knapsack over the widths that pay; or threshold, one threshold on importance for all layers [default: least-loss].",
        "least-loss",
        "threshold"
    );

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_latency, _speedup, _batch, _table, _widths])
            command.Add(option);
    }

    /// <summary>The goal; null if no latency is asked for.</summary>
    internal LatencyGoal? Get(ParseResult parsed, int threads)
    {
        var (latency, speedup) = (parsed.GetValue(_latency), parsed.GetValue(_speedup));
        if (latency is null && speedup is null)
            return ((Option[])[_batch, _table, _widths]).FirstOrDefault(parsed.Has) is { } alone
                ? throw new UsageException($"{alone.Name} goes with --latency or --speedup.")
                : null;
        if (latency is not null && speedup is not null)
            throw new UsageException("--latency and --speedup do not go together.");
        if (speedup is <= 1 or > 1000)
            throw new UsageException($"--speedup is {speedup}, but must be above 1.");
        if (parsed.GetValue(_batch) is < 1 or > 65536)
            throw new UsageException($"--batch is {parsed.GetValue(_batch)}, but must be from 1 to 65,536.");
        return new()
        {
            Milliseconds = latency is null ? null : Milliseconds(latency),
            Speedup = speedup,
            Batch = parsed.GetValue(_batch),
            Threads = threads,
            Table = parsed.GetValue(_table),
            Choice = parsed.GetValue(_widths) == "threshold" ? WidthChoice.Threshold : WidthChoice.LeastLoss,
        };
    }

    private static double Milliseconds(string text)
    {
        var number = text.EndsWith("ms", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
        return
            double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && value is > 0 and < 1e9
            ? value
            : throw new UsageException($"--latency {text}: that is no number of milliseconds above 0, such as 8ms.");
    }
}
