using SlimSharp.Penalties;

namespace SlimSharp.Tests.Penalties;

public class PenaltyTextTests
{
    [Fact]
    public void Every_example_is_read_back_as_it_is_written()
    {
        foreach (var kind in PenaltyKind.All)
        {
            var penalty = Penalty.Parse(kind.Example);
            Assert.Equal(kind.Example, penalty.ToString());
            Assert.Equal(penalty, Penalty.Parse(penalty.ToString()));
        }
    }

    [Fact]
    public void Published_a_becomes_a_knee()
    {
        Assert.Equal(new Mcp(0.5), Penalty.Parse("mcp:a=5000", 1e-4));
        Assert.Equal(new Scad(6000 * 1e-4, 1e-4), Penalty.Parse("scad:a=6000", 1e-4));
    }

    [Theory]
    [InlineData("l2", "There is no penalty 'l2'")]
    [InlineData("lp", "lacks its parameter 'p'")]
    [InlineData("lp:p=1", "strictly between 0 and 1")]
    [InlineData("lp:p=x", "malformed")]
    [InlineData("lp:p=0.5,p=0.6", "malformed")]
    [InlineData("tl1:a=0", "positive")]
    [InlineData("tl1:a=1,b=2", "no parameter 'b'")]
    [InlineData("mcp:knee=-1", "positive")]
    [InlineData("mcp:a=3", "needs λ")]
    [InlineData("scad:knee=1", "lacks its parameter 'flat'")]
    [InlineData("scad:knee=1,flat=1", "must lie in [0, knee")]
    [InlineData("scad:a=2", "needs λ")]
    [InlineData("tl1:a=NaN", "positive")]
    public void Wrong_text_is_refused_with_a_sentence(string text, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => Penalty.Parse(text)).Message);

    [Fact]
    public void Scad_needs_a_above_two() =>
        Assert.Contains("above 2", Assert.Throws<FormatException>(() => Penalty.Parse("scad:a=2", 0.1)).Message);
}
