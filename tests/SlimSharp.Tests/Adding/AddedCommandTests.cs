using System.CommandLine;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;

namespace SlimSharp.Tests.Adding;

/// <summary>The command and the picture of the pages on adding show what the pages say.</summary>
[Collection(nameof(Alone))]
public class AddedCommandTests
{
    [Fact]
    public async Task The_command_of_the_page_prints_for_people_and_for_machines()
    {
        using var model = new Model(Topologies.All["chain"], 1);
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.1) }));
        var path = Path.Combine(Machine.Folder(), "chain.slim");
        cut.Save(path);
        var groups = SlimSharp.Networks.ChannelGroups.Of(cut.Model.Network);
        var (output, root) = (Console.Out, new RootCommand { Rows.Commands()[0] });
        using var caught = new StringWriter();
        Console.SetOut(caught);
        try
        {
            Assert.Equal(0, await root.Parse(["groups", path, "--threads", "1"]).InvokeAsync());
            Assert.Equal(0, await root.Parse(["groups", path, "--threads", "1", "--json"]).InvokeAsync());
        }
        finally
        {
            Console.SetOut(output);
        }
        Assert.All(groups, g => Assert.Contains($"{{\"group\":\"{g.Name}\",\"channels\":{g.Units}}}", $"{caught}"));
        Assert.Contains($"{groups.First(g => g.FrozenBecause is not null).FrozenBecause}", $"{caught}");
    }

    [Fact]
    public void The_picture_of_the_page_is_drawn_where_the_learning_rate_changes()
    {
        EpochMetrics Epoch(int epoch, double rate) => new() { Epoch = epoch, LearningRate = rate };
        var (title, chart) = Assert.Single(Rows.Pictures([Epoch(1, 0.1), Epoch(2, 0.1), Epoch(3, 0.01)]));
        Assert.Equal("Learning rate by epoch", title);
        var points = chart.Split("<polyline points=\"")[1].Split('"')[0].Split(' ', ',').Select(double.Parse).ToArray();
        Assert.Equal(6, points.Length);
        Assert.Equal(points[1], points[3]); // the same rate twice, then one that is further down
        Assert.True(points[5] > points[3]);
        Assert.Empty(Rows.Pictures([Epoch(1, 0.1), Epoch(2, 0.1)]));
        Assert.Empty(Rows.Pictures([]));
    }
}
