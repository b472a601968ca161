using System.Diagnostics;
using System.Globalization;
using SlimSharp.Benchmarks.Plain;
using TorchSharp;

namespace SlimSharp.Benchmarks;

/// <summary>
/// One side in a process of its own: it takes a step for every line it reads, and answers with milliseconds.
/// </summary>
internal static class Side
{
    internal const int BatchSize = 64;
    private const int WarmUp = 3;

    /// <summary>Answers until the input ends; the last answer is the peak of memory in MB.</summary>
    internal static void Serve(string side, string network)
    {
        torch.random.manual_seed(1);
        using var images = torch.randn(BatchSize, 3, 32, 32);
        using var labels = torch.randint(10, BatchSize, torch.int64);
        var entry = Contestant.Get(network);
        using var plain = side == "plain" ? new PlainTraining(entry.Plain()) : null;
        using var ours = side == "plain" ? null : new OurTraining(entry.Ours(), side == "bfloat16");
        void Step()
        {
            if (plain is not null)
                plain.Step(images, labels);
            else
                ours!.Step(images, labels);
        }
        for (var i = 0; i < WarmUp; i++)
            Step();
        Console.WriteLine("ready");
        while (Console.ReadLine() is "step")
        {
            var start = Stopwatch.GetTimestamp();
            Step();
            Answer(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        Answer(PeakMegabytes());
        if (ours is not null)
        {
            var (optimizer, penalty, prox) = ours.Around();
            Answer(optimizer);
            Answer(penalty);
            Answer(prox);
        }
    }

    private static void Answer(double value) => Console.WriteLine(value.ToString("R", CultureInfo.InvariantCulture));

    private static double PeakMegabytes() =>
        File.Exists("/proc/self/status")
            ? double.Parse(
                File.ReadLines("/proc/self/status")
                    .First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
                    .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture
            ) / 1024
            : Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
}

/// <summary>A side's process, as the referee sees it.</summary>
internal sealed class Contender : IDisposable
{
    private readonly Process _process;

    internal Contender(string side, string network, bool keepMemory)
    {
        Side = side;
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(Side).Assembly.Location, "side", side, network, "--threads", $"{Threads.Count}"]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // The plain side never asks SlimSharp to keep memory, though it uses it to load libtorch on this system.
        if (!keepMemory)
            start.Environment["SLIMSHARP_KEEP_MEMORY"] = "0";
        _process = Process.Start(start)!;
        if (_process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException($"The side {side} of {network} did not start.");
    }

    internal string Side { get; }

    internal List<double> Milliseconds { get; } = [];

    internal double Median => Milliseconds.Order().ElementAt(Milliseconds.Count / 2);

    internal double Least => Milliseconds.Min();

    internal double[] Rest { get; private set; } = [];

    internal void Step()
    {
        _process.StandardInput.WriteLine("step");
        Milliseconds.Add(double.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
    }

    internal void End()
    {
        _process.StandardInput.Close();
        Rest =
        [
            .. _process
                .StandardOutput.ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => double.Parse(l, CultureInfo.InvariantCulture)),
        ];
    }

    public void Dispose() => _process.Dispose();
}
