using SlimSharp.Cli;

namespace SlimSharp.Tests.Cli;

public class ProgramNameTests
{
    [Theory]
    [InlineData("slim: There is no file.", "slimsharp: There is no file.")]
    [InlineData("Go on with: slim train --resume runs/a", "Go on with: slimsharp train --resume runs/a")]
    [InlineData("'slim data' lists what can be read.", "'slimsharp data' lists what can be read.")]
    [InlineData("'slim --help' shows what there is.", "'slimsharp --help' shows what there is.")]
    [InlineData("'slim' has no option '--x'.", "'slimsharp' has no option '--x'.")]
    [InlineData("writes runs/a/pruned.slim, a .slim file", "writes runs/a/pruned.slim, a .slim file")]
    [InlineData("runs/slim and a.slim into b", "runs/slim and a.slim into b")]
    public void Commands_in_texts_bear_the_name_of_the_installed_tool(string text, string expected)
    {
        Assert.Equal(expected, ProgramName.In(text, "slimsharp"));
        Assert.Equal(text, ProgramName.In(text, "slim"));
    }
}
