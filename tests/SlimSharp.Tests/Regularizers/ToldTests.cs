using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlimSharp.Tests.Regularizers;

/// <summary>What a loop of one's own is told where a penalty on scales can do nothing.</summary>
public class ToldTests
{
    private static readonly Penalty[] Flat = [new Mcp(0.5), new Scad(0.75, 0.375), new Mcp(1)];

    public static TheoryData<int> Which => [.. Enumerable.Range(0, Flat.Length)];

    private static Module<Tensor, Tensor> Network() =>
        Sequential(Conv2d(1, 4, 3), BatchNorm2d(4), AdaptiveAvgPool2d(1), Flatten(), nn.Linear(4, 2));

    private static void Backward(Module<Tensor, Tensor> module) =>
        module.call(randn(4, 1, 8, 8)).square().sum().backward();

    [Theory]
    [MemberData(nameof(Which))]
    public void A_penalty_beyond_whose_knee_all_scales_lie_is_told_of_once(int which)
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        Backward(module);
        var before = Numbers.Read(BatchNormScales.Of(module)[0].grad!);
        var told = new List<string>();
        var penalty = new ScalePenalty(Flat[which], 0.1) { Warning = told.Add };
        for (var i = 0; i < 3; i++)
            penalty.AddGradients(module);
        Assert.Equal(before, Numbers.Read(BatchNormScales.Of(module)[0].grad!)); // exactly nothing
        Assert.Contains("all 4 scales, the smallest of which is 1", Assert.Single(told));

        told.Clear();
        var proximal = new ProximalPenalty(Flat[which], 0.1) { Warning = told.Add };
        for (var i = 0; i < 3; i++)
            proximal.Shrink(module, 0.01);
        Assert.All(BatchNormScales.Values(module), s => Assert.Equal(1, s));
        Assert.Single(told);
    }

    [Fact]
    public void Where_nobody_listens_it_is_an_exception_that_says_how_to_listen()
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        Backward(module);
        string Message(Action act) => Assert.Throws<TrainingException>(act).Message;
        Assert.Contains("set Warning", Message(() => new ScalePenalty(new Mcp(0.5), 0.1).AddGradients(module)));
        Assert.Contains("set Warning", Message(() => new ProximalPenalty(new Mcp(0.5), 0.1).Shrink(module, 0.1)));
        using var splitting = new ProximalSplitting(module, new Mcp(0.3), 0.1, 1); // whose ξ start at 0.5
        Assert.Contains("set Warning", Message(() => splitting.Update(module, 10)));
    }

    [Fact]
    public void Nothing_is_told_where_something_is_done_or_was_done_before()
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        Backward(module);
        foreach (var kind in PenaltyKind.All.Where(k => Penalty.Parse(k.Example).Derivative(1) != 0))
            new ScalePenalty(Penalty.Parse(kind.Example), 0.1).AddGradients(module);
        new ScalePenalty(new Mcp(0.5), 0).AddGradients(module); // a strength that is still to be raised
        new ProximalPenalty(new Mcp(0.5), 0.1).Shrink(module, 0); // a rate that is still to rise
        using var still = no_grad();
        BatchNormScales.Of(module)[0][1] = 0.1f;
        new ScalePenalty(new Mcp(0.5), 0.1).AddGradients(module); // below the knee
        BatchNormScales.Of(module)[0][1] = 0f;
        new ScalePenalty(new Mcp(0.5), 0.1).AddGradients(module); // emptied before, the others are left alone by intent
    }

    [Fact]
    public void A_module_without_scales_is_refused()
    {
        using var scope = NewDisposeScope();
        using var none = Sequential(Conv2d(1, 4, 3), AdaptiveAvgPool2d(1), Flatten(), nn.Linear(4, 2));
        using var plain = Sequential(BatchNorm2d(4, affine: false));
        foreach (var module in (Module<Tensor, Tensor>[])[none, plain])
        {
            foreach (
                var act in (Action[])
                    [
                        () => new ScalePenalty(new L1(), 0.1).AddGradients(module),
                        () => new ProximalPenalty(new L1(), 0.1).Shrink(module, 0.1),
                        () => new ProximalSplitting(module, new L1(), 0.1, 1).Dispose(),
                    ]
            )
                Assert.Contains("no BatchNorm layer with scales", Assert.Throws<TrainingException>(act).Message);
        }
    }

    [Fact]
    public void A_call_before_the_backward_pass_is_refused()
    {
        using var scope = NewDisposeScope();
        using var module = Network();
        var error = Assert.Throws<InvalidOperationException>(() =>
            new ScalePenalty(new L1(), 0.1).AddGradients(module)
        );
        Assert.Contains("comes after backward()", error.Message);
        Backward(module);
        new ScalePenalty(new L1(), 0.1).AddGradients(module);
    }
}
