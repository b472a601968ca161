using SlimSharp.Cli;
using SlimSharp.Objectives;
using SlimSharp.Training;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class DisplayTests
{
    private static readonly Dictionary<string, double> Accurate = new() { ["accuracy"] = 1 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_line_of_a_training_is_longer_than_80_columns(bool steered)
    {
        var (console, caught) = (Console.Out, new StringWriter());
        Console.SetOut(caught);
        try
        {
            var display = new TrainingDisplay(new Screen(json: false), []);
            for (var epoch = 1; epoch <= 160; epoch += 3)
                display.Report(
                    new(
                        epoch - 1,
                        160,
                        0,
                        1000,
                        0,
                        [new(NamedMeasure.Accuracy, 0)],
                        TimeSpan.FromHours(99.9),
                        new()
                        {
                            Epoch = epoch,
                            TrainLoss = 123.45678,
                            Train = Accurate,
                            Validation = Accurate,
                            NearZero = 1,
                            Zero = 1,
                            Measures = steered ? new Dictionary<string, double> { ["λ"] = 1.234e-5 } : null,
                        }
                    )
                );
        }
        finally
        {
            Console.SetOut(console);
        }
        string[] lines = caught.ToString().Split('\n');
        Assert.True(lines.Length > 50);
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 80));
    }

    [Fact]
    public void Bars_rise_with_their_values()
    {
        Assert.Equal("▁▅█", Sparkline.Of([1, 1.5, 2]));
        Assert.Equal("▁▁", Sparkline.Of([3, 3]));
        Assert.Equal("▁█▁", Sparkline.Of([-1, 2, double.NaN], 0, 1));
        Assert.Equal("", Sparkline.Of([]));
    }
}
