using System.Diagnostics;
using SlimSharp.Cli;
using SlimSharp.Experiments;
using SlimSharp.Latency;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;

namespace SlimSharp.Tests.Latency;

/// <summary>
/// A busy machine is recognised, by timings and counters that are made up here; what it timed is measured again, and
/// not kept.
/// </summary>
[Collection(nameof(Alone))]
public class DisturbanceTests
{
    private static readonly Timing Steady = new(1, 0.95, 1.1, 50);
    private static readonly Timing Torn = new(1, 0.9, 2.5, 50);

    // A second on two cores, of which this process computed all the time on one.
    private static readonly CpuTimes Quiet = new(1, 1, 1.05, 0, 2);

    [Fact]
    public void A_quiet_machine_is_quiet()
    {
        var seen = Disturbance.Of(Quiet, [Steady, Steady, Torn], 1);
        Assert.False(seen.IsBusy);
        Assert.Equal("nothing else was seen", $"{seen}");
    }

    [Fact]
    public void Every_sign_alone_is_seen_and_said()
    {
        void IsBusy(string sign, CpuTimes meanwhile, Timing timing, int threads = 1)
        {
            var seen = Disturbance.Of(meanwhile, [timing, timing, Steady], threads);
            Assert.True(seen.IsBusy);
            Assert.Equal(sign, $"{seen}");
        }
        IsBusy("half of the timings spread by more than 150 %", Quiet, Torn);
        IsBusy("other processes used 1.5 of 2 cores", Quiet with { Busy = 2.5 }, Steady);
        IsBusy("other processes used 0.6 of 2 cores", new(1, 2, 2.6, 0, 2), Steady, threads: 2);
        IsBusy("5 % of the time went to other machines on the same hardware", Quiet with { Stolen = 0.1 }, Steady);
        IsBusy("this process had to wait for 40 % of the time", Quiet with { Own = 0.6, Busy = 0.6 }, Steady);
    }

    [Fact]
    public void What_is_too_short_to_be_counted_or_is_not_told_is_no_sign()
    {
        Assert.False(Disturbance.Of(new(0.01, 0.005, 0.1, 0.05, 2), [Steady], 1).IsBusy);
        Assert.False(Disturbance.Of(new(1, 1, double.NaN, double.NaN, 2), [Steady], 1).IsBusy);
        Assert.False(Disturbance.Of(Quiet, [new(0.004, 0.002, 0.02, 50)], 1).IsBusy); // the clock's own steps
        Assert.False(Disturbance.Of(Quiet, [], 1).IsBusy);
    }

    [Fact]
    public void Short_runs_are_told_by_how_long_they_waited_and_not_by_hundredths_of_a_millisecond()
    {
        // Three networks in turns, 200 runs each, on a machine that did nothing else.
        Timing[] timings =
        [
            new(0.115, 0.113, 0.153, 200),
            new(0.059, 0.058, 0.084, 200),
            new(0.057, 0.055, 0.096, 200),
        ];
        var alone = new CpuTimes(0.052, 0.0515, 0.06, 0, 2); // seconds; others are counted in steps of 0.01
        Assert.False(Disturbance.Of(alone, timings, 1).IsBusy);
        // Whoever shares the core takes whole milliseconds of a few runs, which no percentile shows.
        var shared = alone with
        {
            Wall = 0.104,
        };
        Assert.Equal("this process had to wait for 50 % of the time", $"{Disturbance.Of(shared, timings, 1)}");
        // Runs that differ by more than that are seen however short they are.
        Assert.True(Disturbance.Of(alone, [new(0.06, 0.055, 0.25, 200)], 1).IsBusy);
    }

    [Fact]
    public void Processes_that_compute_meanwhile_are_noticed_however_short_the_runs_are()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This starts processes of a shell.");
        const int Runs = 400;
        using var contestant = Contestant.Onnx(
            OnnxExport.Drawn(SlimSharp.Zoo.Vgg.Create(11, 10, 0.1, new(1, 32, 32))).ToBytes(),
            1,
            1
        );
        Process[] others =
        [
            .. Enumerable
                .Range(0, 3 * Environment.ProcessorCount)
                .Select(_ => Machine.StartProgram("/bin/sh", ["-c", "while :; do :; done"])),
        ];
        try
        {
            var watch = new LatencyWatch(1);
            var timings = LatencyRace.Run([contestant], Runs);
            var seen = watch.Seen(timings);
            Assert.True(seen.IsBusy, $"{timings[0]}, {seen}");
        }
        finally
        {
            foreach (var other in others)
            {
                other.Kill();
                other.Dispose();
            }
        }
    }

    [Fact]
    public void Counters_are_read_for_the_cores_that_this_process_may_use()
    {
        Assert.Equal([0, 2, 3, 8], CpuTimes.AllowedCores(["Name:\tx", "Cpus_allowed_list:\t0,2-3,8"]).Order());
        Assert.Throws<FormatException>(() => CpuTimes.AllowedCores(["Name:\tx"]));
        string[] stat =
        [
            "cpu  999 999 999 999 999 999 999 999 0 0",
            "cpu0 100 10 20 5000 300 1 2 7 50 0",
            "cpu1 900 90 90 5000 300 9 9 90 0 0",
            "intr 5 6 7 8 9 10 11 12 13",
        ];
        var (busy, stolen) = CpuTimes.Read(stat, [0]);
        Assert.Equal(1.33, busy, 1e-12);
        Assert.Equal(0.07, stolen, 1e-12);
    }

    [Fact]
    public void Counters_of_this_machine_grow()
    {
        var begin = CpuTimes.Now();
        var until = Environment.TickCount64 + 60;
        while (Environment.TickCount64 < until) { }
        var passed = CpuTimes.Now() - begin;
        Assert.True(passed.Wall >= 0.05 && passed.Own > 0 && passed.Cores >= 1, $"{passed}");
        Assert.False(passed.Busy < 0 || passed.Stolen < 0, $"{passed}");
    }

    private static QuietTimer Timer(Action pause) => new(1, () => default, pause);

    [Fact]
    public void What_is_disturbed_is_timed_again_until_it_is_quiet()
    {
        var (script, pauses) = (new Queue<Timing>([Torn, Torn, Steady, Torn]), 0);
        var timer = Timer(() => pauses++);
        Assert.Equal([Steady], timer.Run(() => [script.Dequeue()]));
        Assert.Null(timer.Worst);
        Assert.Equal((2, 1), (pauses, script.Count));
    }

    [Fact]
    public void On_a_machine_that_stays_busy_the_calmest_is_taken_and_repetitions_end()
    {
        var (runs, calmest) = (0, Torn with { P90 = 1.6 });
        var timer = Timer(() => { });
        Assert.Equal([calmest], timer.Run(() => [++runs == 3 ? calmest : Torn]));
        Assert.Equal(1 + QuietTimer.Repeats, runs);
        timer.Run(() => [Torn]); // none is left, so once
        timer.Run(() => [Steady]);
        Assert.Equal(1.5, timer.Worst!.Spread, 1e-9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_table_of_a_busy_machine_is_not_kept_unless_asked_for(bool anyway)
    {
        var path = Path.Combine(Machine.Folder(), "table.json");
        var before = MadeTable.For(Topologies.All["residual"]);
        before.Save(path);
        var bytes = File.ReadAllBytes(path);
        var (network, console, output) = (Topologies.All["dense"], Console.Out, new StringWriter());
        Console.SetOut(output);
        try
        {
            var tables = new LatencyTables(path, 1, 1, new Screen(json: false))
            {
                EvenIfBusy = anyway,
                Measure = (table, _) =>
                    new(
                        table with
                        {
                            Kinds = [.. table.Kinds.Select(k => k with { Times = [.. Times(k)] })],
                        },
                        Disturbance.Of(Quiet, [Torn], 1)
                    ),
            };
            var measured = tables.For(network);
            Assert.All(measured.Kinds, k => Assert.True(k.IsMeasured));
            Assert.Equal(anyway, tables.IsKept);
        }
        finally
        {
            Console.SetOut(console);
        }
        Assert.Equal(!anyway, bytes.SequenceEqual(File.ReadAllBytes(path)));
        Assert.Contains("Warning: the machine was busy", output.ToString());
        Assert.Contains(anyway ? "kept all the same" : "not kept", output.ToString());
    }

    private static IEnumerable<double> Times(LayerTimes kind) =>
        Enumerable.Repeat(0.1, kind.Reads.Count * Math.Max(kind.Makes.Count, 1));
}
