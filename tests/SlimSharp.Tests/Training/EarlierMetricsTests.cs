using System.Text.Json;
using SlimSharp.Training;

namespace SlimSharp.Tests.Training;

/// <summary>Files of versions that knew accuracy alone.</summary>
public class EarlierMetricsTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    [Fact]
    public void Metrics_are_read_as_what_they_meant_and_written_as_measures()
    {
        const string Line =
            """{"epoch":3,"learningRate":0.1,"trainLoss":0.5,"trainAccuracy":0.75,"validationLoss":0.6,"validationAccuracy":0.5,"nearZero":0,"zero":0,"seconds":1}""";
        var metrics = JsonSerializer.Deserialize<EpochMetrics>(Line, Options)!;
        Assert.Equal((0.75, 0.5), (metrics.TrainAccuracy, metrics.ValidationAccuracy));
        Assert.Equal(0.75, metrics.Train["accuracy"]);
        var written = JsonSerializer.Serialize(metrics, Options);
        Assert.Contains("\"train\":{\"accuracy\":0.75}", written);
        Assert.DoesNotContain("trainAccuracy", written);
        var again = JsonSerializer.Deserialize<EpochMetrics>(written, Options)!;
        Assert.Equal((0.75, 0.5), (again.TrainAccuracy, again.ValidationAccuracy));
        var none = JsonSerializer.Deserialize<EpochMetrics>("""{"epoch":1,"trainAccuracy":0.25}""", Options)!;
        Assert.Equal((0.25, null), (none.TrainAccuracy, none.ValidationAccuracy));
    }

    [Fact]
    public void A_position_in_the_middle_of_an_epoch_keeps_its_hits_and_its_best()
    {
        var position = JsonSerializer.Deserialize<TrainingPosition>(
            """{"epoch":0,"batch":3,"steps":3,"lossSum":2.5,"correct":41,"seen":96,"bestAccuracy":-1,"history":[],"seconds":0}""",
            Options
        )!;
        Assert.Equal(41, position.Sums["accuracy"]);
        Assert.Null(position.Best);
        position = JsonSerializer.Deserialize<TrainingPosition>("""{"bestAccuracy":0.5}""", Options)!;
        Assert.Equal(0.5, position.Best);
        var again = JsonSerializer.Deserialize<TrainingPosition>(JsonSerializer.Serialize(position, Options), Options)!;
        Assert.Equal(0.5, again.Best);
    }
}
