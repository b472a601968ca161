using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

/// <summary>What a TOML file gives twice is told, and nothing else is; by the examples of toml.io.</summary>
public class TomlKeyTests
{
    private static string? Message(string text)
    {
        var path = SampleSweep.Write(text);
        var said = Record.Exception(() => SweepFile.Read(path))?.Message;
        return said?.Contains("is given already") == true ? said[(path.Length + 2)..] : null;
    }

    [Theory]
    [InlineData(
        "[[stage]]\n[[stage.case]]\na = 1\n[[stage.case]]\na = 2\n[stage.grid]\nb = 1\n[[stage]]\ngrid = { b = 2 }"
    )]
    [InlineData("[[stage]]\n[stage.grid]\na = 1\n[[stage]]\n[stage.grid]\na = 2")]
    [InlineData("[x.y.z.w]\n[x]\na = 1")] // a table may come after those below it
    [InlineData("[fruit]\napple.color = 1\napple.taste.sweet = 1\n[fruit.apple.texture]\nsmooth = 1")]
    [InlineData("a.b = 1\na.c = 2\n'a b' = 3\n\"a.b\" = 4")]
    [InlineData("[a]\nx = 1\n[b]\nx = 1")]
    [InlineData("a = [{ x = 1 }, { x = 1 }]")]
    public void What_is_there_once_is_read(string text) => Assert.Null(Message(text));

    [Theory]
    [InlineData("a = 1\n'a' = 2", "line 2: 'a' is given already in line 1")]
    [InlineData("[a]\nx = 1\n[a]\ny = 1", "line 3: 'a' is given already in line 1")]
    [InlineData("[a.b]\nx = 1\n[a]\nb.y = 1", "line 4: 'a.b' is given already in line 1")]
    [InlineData("[fruit]\napple = 1\n[fruit.apple]\nx = 1", "line 3: 'fruit.apple' is given already in line 2")]
    [InlineData(
        "[fruit]\napple.taste.x = 1\n[fruit.apple.taste]",
        "line 3: 'fruit.apple.taste' is given already in line 2"
    )]
    [InlineData("[[a]]\nx = 1\n[a]\ny = 1", "line 3: 'a' is given already in line 1")]
    [InlineData("a = []\n[[a]]", "line 2: 'a' is given already in line 1")]
    [InlineData("[[s]]\n[s.o]\nx = 1\n[[s]]\n[s.o]\nx = 1\nx.y = 2", "line 7: 's.o.x' is given already in line 6")]
    [InlineData("a = [[{ b = { c = 1, c = 2 } }]]", "line 1: 'a.b.c' is given already in line 1")]
    public void What_is_there_twice_is_told(string text, string sentence) =>
        Assert.Equal($"{sentence}; give it once.", Message(text));

    [Theory]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\noptions = { epochs = 1, epochs = 2 }",
        "line 3: 'stage.options.epochs'",
        3
    )]
    [InlineData("[[stage]]\ncommand = \"train\"\ncommand = \"train\"", "line 3: 'stage.command'", 2)]
    [InlineData("stage = [{ command = \"train\", command = \"prune\" }]", "line 1: 'stage.command'", 1)]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[stage.options]\nseed = 1\n[stage.options]\nseed = 2",
        "line 5: 'stage.options'",
        3
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\noptions.seed = 1\noptions.seed = 2",
        "line 4: 'stage.options.seed'",
        3
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\noptions = { seed = 1,\n\"seed\" = 2 }",
        "line 4: 'stage.options.seed'",
        3
    )]
    [InlineData(
        "[[stage]]\ncommand = \"train\"\n[[stage.case]]\nname = \"a\"\nseed = 1\nseed = 2",
        "line 6: 'stage.case.seed'",
        5
    )]
    [InlineData("name = \"a\"\nname = \"b\"\n[[stage]]\ncommand = \"train\"", "line 2: 'name'", 1)]
    public void What_toml_gives_twice_is_refused_with_its_line(string text, string part, int first)
    {
        foreach (var read in (Action<string>[])[f => SweepFile.Read(f), f => ClaimFile.Read(f)])
        {
            var file = SampleSweep.Write(text);
            Assert.Equal(
                $"{file}, {part} is given already in line {first}; give it once.",
                Assert.Throws<RunException>(() => read(file)).Message
            );
        }
    }
}
