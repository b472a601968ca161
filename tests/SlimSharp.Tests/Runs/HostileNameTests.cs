using System.Text.RegularExpressions;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.HostileText;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Names of sweeps drawn from hostile text.</summary>
public partial class HostileNameTests
{
    [Fact]
    public void A_sweeps_name_is_safe_or_refused_with_one_that_would_do()
    {
        Hostile.Sample(
            name =>
            {
                var json = $$"""{"name": {{JsonText(name)}}, "stage": [{"command": "train"}]}""";
                var file = Write(json, "sweep.json");
                if (Safe().IsMatch(name))
                {
                    Assert.Equal(name, SweepFile.Read(file).Name);
                    return;
                }
                var sentence = Assert.Throws<RunException>(() => SweepFile.Read(file)).Message;
                Assert.DoesNotContain(sentence, char.IsControl);
                Assert.Matches(@", such as '[A-Za-z0-9._-]+'\.\z", sentence);
            },
            iter: 200
        );
        // A file was named for other purposes: that name is reduced.
        Assert.Equal("my--first--sweep", SweepFile.Read(Write(Simplest, "my \"first\" sweep.toml")).Name);
        Assert.Equal("sweep", SweepFile.Read(Write(Simplest, "名 γ.toml")).Name);
    }

    [GeneratedRegex(@"^(?!\.+\z)[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex Safe();
}
