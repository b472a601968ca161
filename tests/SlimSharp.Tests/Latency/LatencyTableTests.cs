using CsCheck;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Networks;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Latency;

public class LatencyTableTests
{
    private static readonly TimedLayer Kind = new(new Convolution(1, 3) { Padding = 1, Bias = true }, 16, 16);

    private static readonly LayerTimes Times = new(Kind, [4, 16, 48], [8, 32], [.. Bilinear([4, 16, 48], [8, 32])]);

    private static IEnumerable<double> Bilinear(int[] reads, int[] makes) =>
        from r in reads
        from m in makes
        select MadeTable.Milliseconds(Kind, r, m);

    [Fact]
    public void Between_measured_widths_a_bilinear_function_is_met() =>
        (from r in Gen.Int[4, 48] from m in Gen.Int[8, 32] select (r, m)).Sample(x =>
            Assert.Equal(MadeTable.Milliseconds(Kind, x.r, x.m), Times.At(x.r, x.m, 1), 12)
        );

    [Fact]
    public void Widths_cost_as_much_as_the_next_multiple_of_the_step() =>
        (from r in Gen.Int[4, 48] from m in Gen.Int[8, 32] select (r, m)).Sample(x =>
            Assert.Equal(Times.At(Math.Min((x.r + 7) / 8 * 8, 48), (x.m + 7) / 8 * 8, 1), Times.At(x.r, x.m, 8), 12)
        );

    [Fact]
    public void The_narrowest_that_pays_is_where_a_step_down_saves_less_than_half_its_share()
    {
        // Proportional down to 32, flat below.
        var flat = new LayerTimes(Kind, [16], [8, 16, 32, 64, 128], [3.2, 3.2, 3.2, 6.4, 12.8]);
        Assert.Equal(32, flat.NarrowestThatPays());
        Assert.Equal(32, flat.NarrowestThatPays(16, 64));
    }

    [Fact]
    public void A_table_comes_back_from_its_file_and_damage_is_refused()
    {
        var path = Path.Combine(Machine.Folder(), "table.json");
        var table = MadeTable.For(Topologies.All["residual"]);
        table.Save(path);
        var back = LatencyTable.Load(path);
        Assert.Equal(table.Kinds.Select(k => k.Kind), back.Kinds.Select(k => k.Kind));
        Assert.Equal(table.Kinds.SelectMany(k => k.Times), back.Kinds.SelectMany(k => k.Times));
        var text = File.ReadAllText(path);
        foreach (
            var damaged in (string[])
                [
                    text[..^9],
                    text.Replace("\"format\":1", "\"format\":2"),
                    text.Replace("\"threads\":1", "\"threads\":0"),
                    text.Replace("\"times\":[", "\"times\":[1,"),
                    text.Replace("\"times\":[", "\"times\":[-"),
                    text.Replace("\"reads\":[", "\"reads\":[900,"),
                    "{}",
                    "null",
                    "[]",
                ]
        )
        {
            File.WriteAllText(path, damaged);
            Assert.Contains(path, Assert.Throws<FileFormatException>(() => LatencyTable.Load(path)).Message);
        }
    }

    [Fact]
    public void A_table_grows_with_networks_and_forgets_nothing_it_need_not()
    {
        var table = MadeTable.For(Topologies.All["residual"]);
        Assert.Equal(table.Kinds, table.With(LayerUse.Of(Topologies.All["residual"])).Kinds);
        var more = table.With(LayerUse.Of(Topologies.All["dense"]));
        Assert.Contains(more.Kinds, k => !k.IsMeasured);
        Assert.Contains(more.Kinds, k => k.IsMeasured);
        Assert.True(double.IsNaN(more.Milliseconds(LayerUse.Of(Topologies.All["dense"]))));
    }

    public static TheoryData<string> Networks =>
        [.. Topologies.All.Values.Where(n => n.Inputs.Count() == 1).Select(n => n.Name)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_kind_of_layer_can_be_measured_alone(string name)
    {
        var kinds = LayerUse.Of(Topologies.All[name]).Select(l => l.Kind).Distinct().ToArray();
        var times = new LatencyTable
        {
            Machine = "here",
            Runtime = "",
            Threads = 1,
            Batch = 2,
            Step = 4,
            Kinds =
            [
                .. kinds.Select(k => new LayerTimes(k, [2 * k.Multiple], k.HasOwnWidth ? [3 * k.Multiple] : [], [])),
            ],
        };
        // On however busy a machine: it is not about the times.
        var timer = new QuietTimer(1, () => default, () => { });
        var measured = new LatencyProbe(1, 2) { Timer = timer }
            .Measure(times)
            .Table;
        Assert.All(measured.Kinds, k => Assert.InRange(Assert.Single(k.Times), 0, 100));
        Assert.Contains(measured.Kinds, k => k.Kind.Layer is Convolution && k.Times[0] > 0);
    }

    [Fact]
    public void Layers_of_every_network_of_the_zoo_have_all_its_multiply_adds()
    {
        foreach (var entry in ZooEntry.All)
        {
            var network = entry.Create(10, 0.25, entry.Usual);
            Assert.Equal(NetworkCost.Of(network).Macs, LayerUse.Of(network).Sum(l => l.Macs));
        }
    }
}
