using CsCheck;
using SlimSharp.Cli;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class MisuseTests
{
    [Theory]
    [InlineData("trian", "There is no command 'slim trian'; did you mean train? 'slim --help' shows")]
    [InlineData("sweep pln", "There is no command 'slim sweep pln'; did you mean plan? 'slim sweep --help' shows")]
    [InlineData("frobnicate", "There is no command 'slim frobnicate'. 'slim --help' shows")]
    [InlineData("sweep", "'slim sweep' needs one of its commands: plan, work,")]
    [InlineData("bench latency", "'slim bench latency' needs FILE. 'slim bench latency --help' shows")]
    [InlineData("sweep pairs a", "'slim sweep pairs' needs --setting.")]
    [InlineData("prune a --ratoi 0.5", "'slim prune' has no option '--ratoi'; did you mean --ratio?")]
    [InlineData("train --frobnicate", "'slim train' has no option '--frobnicate'. 'slim train --help' shows")]
    [InlineData("evaluate --frobnicate", "'slim evaluate' has no option '--frobnicate'.")]
    [InlineData("evaluate a b", "'b' is a word too many.")]
    [InlineData("train --epochs", "--epochs needs a value.")]
    [InlineData("train --epochs --penalty l1", "--epochs needs a value.")]
    [InlineData("train --epochs 3 --epochs 4", "--epochs is given 2 times.")]
    [InlineData("train --epochs 3.5", "--epochs takes a whole number, not '3.5'.")]
    [InlineData("train --epochs 99999999999", "--epochs is 99999999999, which is too large.")]
    [InlineData("train --width wide", "--width takes a number, not 'wide'.")]
    [InlineData("train --method foo", "--method is 'foo', but can be prox, splitting, subgradient, variational.")]
    [InlineData("train --lambda 0,001", "--lambda takes a number with a point before its fraction, such as 0.5, not")]
    [InlineData(
        "prune a --macs 0,5",
        "--macs takes a number with a point before its fraction, such as 0.5, not '0,5'."
    )]
    public async Task What_was_mistyped_is_named(string command, string sentence)
    {
        var (code, said, error) = await Slim.Run(command.Split(' '));

        Assert.Equal((2, ""), (code, said));
        Assert.StartsWith("slim: " + sentence, error);
    }

    [Theory]
    [InlineData("--help", "slim [command] [options]")]
    [InlineData("train nonsense --help", "slim train [options]")]
    [InlineData("sweep run --help", "slim sweep run <DIR> [options]")]
    public async Task Help_names_the_command_as_it_is_typed(string command, string usage)
    {
        var (code, said, error) = await Slim.Run(command.Split(' '));

        Assert.Equal((0, ""), (code, error));
        Assert.Contains(usage, said);
    }

    [Fact]
    public void One_slip_is_one_and_the_way_back_is_as_long()
    {
        Assert.Equal(3, Misuse.Slips("kitten", "sitting"));
        Assert.Equal(1, Misuse.Slips("trian", "train"));
        var words = Gen.Char['a', 'c'].Array[0, 6].Select(letters => new string(letters));
        Gen.Select(words, words)
            .Sample(
                (a, b) =>
                {
                    var slips = Misuse.Slips(a, b);
                    Assert.Equal(slips, Misuse.Slips(b, a));
                    Assert.Equal(slips == 0, a == b);
                    Assert.InRange(slips, Math.Abs(a.Length - b.Length), Math.Max(a.Length, b.Length));
                    Assert.Equal(slips, Misuse.Slips("x" + a, "x" + b));
                },
                threads: 1
            );
    }
}
