using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Slimming;

public class PlanReasonTests
{
    private static readonly Network Small = Vgg.Create("small", [8, 12, 0, 16, 10]);

    public static TheoryData<PlanReasonKind> Kinds => [.. Enum.GetValues<PlanReasonKind>()];

    private static PlanReason Counted(PlanReasonKind kind, int wanted, int width, int? multiple = null) =>
        new(kind)
        {
            Wanted = wanted,
            Width = width,
            Multiple = multiple,
            Share = 0.25,
            Text = "said",
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_reason_is_a_sentence_and_is_read_as_it_was_written(PlanReasonKind kind)
    {
        foreach (var reason in (PlanReason[])[new(kind), Counted(kind, 3, 3), Counted(kind, 0, 4, 4)])
        {
            Assert.Equal(reason, JsonSerializer.Deserialize<PlanReason>(JsonSerializer.Serialize(reason)));
            Assert.True(reason.Kind == PlanReasonKind.Unnamed || $"{reason}".Length > 3);
        }
    }

    [Fact]
    public void Sentences_say_what_was_counted()
    {
        Assert.Equal("above the threshold", $"{Counted(PlanReasonKind.Threshold, 5, 5)}");
        Assert.Equal(
            "5 above the threshold, rounded to a multiple of 8",
            $"{Counted(PlanReasonKind.Threshold, 5, 8, 8)}"
        );
        Assert.Equal("1 above the threshold, at least 2 stay", $"{Counted(PlanReasonKind.Threshold, 1, 2)}");
        Assert.Equal("25% or more of the layer's largest", $"{Counted(PlanReasonKind.ShareOfLargest, 5, 5)}");
        Assert.Equal("3 asked for, 4 stay", $"{Counted(PlanReasonKind.Asked, 3, 4, 4)}");
        Assert.Equal("it is an output of the network", $"{PlanReason.Of(new(FrozenKind.Output))}");
        Assert.Equal("statistics", $"{PlanReason.Of(new(FrozenKind.Layer, "statistics"))}");
    }

    [Fact]
    public void Plans_of_earlier_versions_that_kept_the_sentence_are_read()
    {
        using var model = new Model(Small, 1);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.3) });
        var json = JsonNode.Parse(plan.ToJson())!;
        foreach (var group in json["groups"]!.AsArray())
            group!["why"] = "above the threshold of old";
        var earlier = SlimmingPlan.FromJson(json.ToJsonString());
        Assert.All(
            earlier.Groups,
            g => Assert.Equal((PlanReasonKind.Unnamed, "above the threshold of old"), (g.Why.Kind, $"{g.Why}"))
        );
        Assert.Contains("above the threshold of old", earlier.Explain());
        Assert.Equal(plan.Groups.Select(g => g.Kept.ToArray()), earlier.Groups.Select(g => g.Kept.ToArray()));
        Assert.Equal(earlier.ToJson(), SlimmingPlan.FromJson(earlier.ToJson()).ToJson());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("3")]
    [InlineData("""{"kind":"Luck"}""")]
    [InlineData("""{"kind":"3"}""")]
    [InlineData("""{"wanted":3}""")]
    [InlineData("""{"kind":"Asked","wanted":-1}""")]
    [InlineData("""{"kind":"Asked","wanted":1e30}""")]
    [InlineData("""{"kind":"Asked","width":"four"}""")]
    [InlineData("""{"kind":"Layer","text":4}""")]
    public void A_reason_that_is_none_is_refused(string why)
    {
        using var model = new Model(Small, 1);
        var json = JsonNode.Parse(Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.3) }).ToJson())!;
        json["groups"]![0]!["why"] = JsonNode.Parse(why);
        Assert.Contains(
            "why units stay",
            Assert.Throws<PlanException>(() => SlimmingPlan.FromJson(json.ToJsonString())).Message
        );
    }
}
