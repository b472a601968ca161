using CsCheck;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Regularizers;

public class RegularizerKindTests
{
    private static readonly Network Network = Vgg.Create("tiny", [4, 4, 0, 4], 3, new Shape(1, 8, 8));

    public static TheoryData<string> Kinds => [.. RegularizerKind.All.Select(k => k.Name)];

    private static RegularizerSetting Setting(Model model) =>
        new(model, new() { Epochs = 2, Seed = 3 }, 640) { LoadNetwork = _ => new(Network, 9) };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_example_of_every_kind_is_read_written_in_full_and_made(string name)
    {
        var kind = RegularizerKind.All.Single(k => k.Name == name);
        var text = RegularizerText.Parse(kind.Example);
        Assert.Same(kind, text.Kind);
        Assert.Equal($"{text}", $"{RegularizerText.Parse($"{text}")}");
        Assert.All(text.Parameters, p => Assert.Equal(p.Value, text[p.Key]));
        using var model = new Model(Network, 1);
        string[] before = kind.Steers ? ["prox:penalty=tl1:a=1", kind.Example] : [kind.Example];
        using var made = RegularizerText.MakeAll(RegularizerText.ParseAll(before), Setting(model));
        Assert.Equal(before.Length, made.Count);
        Assert.NotEmpty(made[^1].Name);
        Assert.Equal(kind.ActsOnScales, made[^1] is ScaleRegularizer);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_parameter_that_a_kind_does_not_have_or_has_twice_is_refused(string name)
    {
        var example = RegularizerText.Parse(RegularizerKind.All.Single(k => k.Name == name).Example);
        var separator = example.Parameters.Count == 0 ? ':' : ',';
        Assert.Contains("strange", Refusal($"{example}{separator}strange=1"), StringComparison.Ordinal);
        foreach (var (key, value) in example.Parameters)
            Assert.Contains(key, Refusal($"{example},{key}={value}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mixup", "lacks its parameter 'alpha'")]
    [InlineData("mixup:alpha=-1", "alpha=-1, but that must be positive")]
    [InlineData("mixup:alpha=x", "alpha=x, but that must be a number")]
    [InlineData("mixup:0.2", "malformed at '0.2'")]
    [InlineData("mixdown", "There is no regulariser 'mixdown'. Known are subgradient:penalty=l1")]
    [InlineData("prox:lambda=1", "lacks its parameter 'penalty'")]
    [InlineData("prox:penalty=l3,lambda=1", "There is no penalty 'l3'")]
    [InlineData("prox:penalty=l1,lambda=1,step=big", "step=big, but that must be effective or published")]
    [InlineData("prox:penalty=l1", "lacks its parameter 'lambda'")]
    [InlineData("splitting:penalty=l1,lambda=1", "lacks its parameter 'beta'")]
    [InlineData("steering:target-macs=0.5", "there is none")]
    [InlineData("prox:penalty=l1 steering:target-macs=0.5 steering:target-macs=0.4", "'steering:target-macs=0.4")]
    [InlineData("prox:penalty=l1 prox:penalty=l1 steering:target-macs=0.5", "lacks its parameter 'lambda'")]
    [InlineData("variational:sigma=NaN", "sigma=NaN")]
    [InlineData("distillation:temperature=4", "lacks its parameter 'teacher'")]
    [InlineData("", "There is no regulariser ''")]
    public void What_is_no_list_of_regularisers_is_refused_in_a_sentence(string text, string sentence) =>
        Assert.Contains(sentence, Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void A_path_keeps_all_its_spaces()
    {
        const string Path = "a run  of  mine/model.slim";
        var all = RegularizerText.ParseAll([$"  zeros   distillation:teacher={Path}   mixup:alpha=0.5 "]);
        Assert.Equal(["zeros", "distillation", "mixup"], all.Select(t => t.Kind.Name));
        Assert.Equal(Path, all[1]["teacher"]);
    }

    [Fact]
    public void Several_stand_in_one_text_or_in_several_and_commas_and_spaces_of_values_stay()
    {
        var one = RegularizerText.ParseAll([
            "prox:lambda=2e-3,penalty=scad:knee=0.75,flat=0.375 distillation:teacher=a b,c/d.slim,weight=0.5 zeros",
        ]);
        Assert.Equal(
            [
                "prox:penalty=scad:knee=0.75,flat=0.375,step=effective,lambda=0.002",
                "distillation:teacher=a b,c/d.slim,temperature=4,weight=0.5",
                "zeros",
            ],
            one.Select(t => $"{t}")
        );
        Assert.Equal(one.Select(t => $"{t}"), RegularizerText.ParseAll(one.Select(t => $"{t}")).Select(t => $"{t}"));
    }

    [Fact]
    public void Any_penalty_at_any_strength_comes_back_from_the_text_of_what_applies_it() =>
        Gen.Select(Gen.Int[0, PenaltyKind.All.Count - 1].Select(i => PenaltyKind.All[i].Example), Gen.Double[1e-9, 1e3])
            .Sample(
                (penalty, lambda) =>
                {
                    var text = RegularizerText.Parse(
                        FormattableString.Invariant($"subgradient:penalty={penalty},lambda={lambda}")
                    );
                    using var model = new Model(Network, 1);
                    using var made = (ScalePenalty)RegularizerText.Parse($"{text}").Make(Setting(model));
                    return made.Penalty == Penalty.Parse(penalty) && made.Lambda == lambda;
                },
                iter: 100
            );

    [Fact]
    public void A_second_of_a_kind_draws_other_numbers_than_the_first_which_draws_what_it_did_alone()
    {
        using var model = new Model(Network, 1);
        var text = RegularizerText.Parse("splitting:penalty=l1,lambda=0.1,beta=1");
        using var alone = new ProximalSplitting(model, new L1(), 0.1, 1, 3);
        using var two = RegularizerText.MakeAll([text, text], Setting(model));
        double[] Start(Regularizer one) => Numbers.Read(((ProximalSplitting)one).Auxiliary[0]);
        Assert.Equal(Start(alone), Start(two[0]));
        Assert.NotEqual(Start(two[0]), Start(two[1]));
    }

    [Fact]
    public void Steering_starts_where_an_idle_scale_would_just_be_emptied_if_no_strength_is_given()
    {
        using var model = new Model(Network, 1);
        var setting = Setting(model);
        using var made = RegularizerText.MakeAll(
            RegularizerText.ParseAll(["prox:penalty=tl1:a=1", "steering:target-macs=0.5"]),
            setting
        );
        var least = LambdaRange.Least(new TransformedL1(1), setting.Training, setting.Training.StepsPerEpoch(640));
        Assert.Equal(2 * least, ((ScaleRegularizer)made[0]).Lambda, 1e-12);
        var error = Assert.Throws<TrainingException>(() =>
            RegularizerText.MakeAll(
                RegularizerText.ParseAll(["prox:penalty=mcp:knee=0.3", "steering:target-macs=0.5"]),
                setting
            )
        );
        Assert.Contains("no λ empties a scale", error.Message);
    }

    [Fact]
    public void Networks_that_are_opened_are_opened_once_and_disposed_with_the_set()
    {
        using var model = new Model(Network, 1);
        var opened = new List<Model>();
        var text = RegularizerText.Parse("distillation:teacher=a.slim");
        using (
            RegularizerText.MakeAll(
                [text, text],
                Setting(model) with
                {
                    LoadNetwork = _ =>
                    {
                        opened.Add(new(Network, 9));
                        return opened[^1];
                    },
                }
            )
        ) { }
        Assert.True(Assert.Single(opened)["block1.conv.weight"].IsInvalid);
    }

    [Fact]
    public void Texts_of_a_million_letters_are_refused_at_once()
    {
        string Many(string one) => string.Concat(Enumerable.Repeat(one, 1_000_000 / one.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (
            var text in (string[])
                [
                    $"prox:penalty=l1{Many(",a=1")}",
                    $"distillation:teacher=a{Many(",")}",
                    $"distillation:teacher=a {Many("b ")},weight=-1",
                    Many("zeros "),
                ]
        )
            Assert.NotEmpty(Refusal(text));
        Assert.Contains(
            "are the most",
            Assert.Throws<FormatException>(() => RegularizerText.ParseAll(Enumerable.Repeat("zeros", 1000))).Message
        );
        Assert.NotEmpty(Assert.Throws<FormatException>(() => Optimizer.Parse(Many("clip:norm=1 "))).Message);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    private static string Refusal(string text) =>
        Assert.Throws<FormatException>(() => RegularizerText.ParseAll([text])).Message;
}
