using System.Diagnostics;
using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

/// <summary>A penalty that bends takes no multiple of the time of l1, though its path leads past saddles.</summary>
[Collection(nameof(Alone))]
public class PathTimeTests
{
    private const int Repeats = 5;

    /// <summary>
    /// Words of news groups. Equal columns, and places where the penalty bends as much as the loss, made coordinate
    /// descent crawl: 25,000 passes where l1 takes 2,000. Twice as long is what is left; half a time is for noise.
    /// </summary>
    [Theory]
    [InlineData(0.75, 0.375)]
    [InlineData(1, 0.5)]
    public void On_sparse_text_the_path_of_scad_takes_about_twice_that_of_l1(double knee, double flat)
    {
        var data = LibsvmFile.Read(Machine.SharedPath("data", "tabular", "basehock.libsvm.gz"));
        var features = data.Features.Scaled(Standardization.Factors(data.Features));
        TimeSpan Path(Penalty penalty)
        {
            var problem = new LogisticProblem(features, data.Labels, penalty);
            var clock = Stopwatch.StartNew();
            var path = LogisticPath.Solve(new CoordinateDescent(problem, new()), LogisticPath.Betas(problem));
            Assert.All(path, s => Assert.True(s.IsConverged));
            return clock.Elapsed;
        }
        // Turn by turn, since other processes come and go.
        var (l1, scad) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < Repeats; i++)
        {
            l1 = TimeSpan.FromTicks(Math.Min(l1.Ticks, Path(new L1()).Ticks));
            scad = TimeSpan.FromTicks(Math.Min(scad.Ticks, Path(new Scad(knee, flat)).Ticks));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"l1 {l1.TotalSeconds:F3} s, scad {scad.TotalSeconds:F3} s");
        Assert.True(scad <= 2.5 * l1, $"l1 took {l1.TotalSeconds:F2} s and scad {scad.TotalSeconds:F2} s.");
    }
}
