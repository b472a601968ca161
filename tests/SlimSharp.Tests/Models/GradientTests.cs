using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>
/// The ways in which the framework can be asked for gradients of a network that differentiates itself. Dropout draws
/// from the framework's generator, which is the whole process's.
/// </summary>
[Collection(nameof(Alone))]
public class GradientTests
{
    private static readonly torch.Tensor Images = RandomWeights
        .Inputs(new(3, 32, 32), 4, 1)
        .to(torch.float32)
        .DetachFromDisposeScope();

    private static Model Make() => new(CifarResNet.Create(8), seed: 3);

    private static torch.Tensor Loss(Model model) => model.forward(Images).square().sum();

    private static Dictionary<string, torch.Tensor> Expected()
    {
        using var model = Make();
        Loss(model).backward();
        return Take(model);
    }

    private static Dictionary<string, torch.Tensor> Take(Model model) =>
        model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());

    private static void Close(torch.Tensor expected, torch.Tensor actual) =>
        Assert.True(Numbers.RelativeDifference(actual.to(torch.float64), expected.to(torch.float64)) < 1e-4);

    [Fact]
    public void Gradients_that_are_asked_for_by_tensor_are_those_of_a_backward_pass_and_are_put_nowhere()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Expected();
        using var model = Make();
        foreach (var chosen in new Func<int, bool>[] { _ => true, i => i % 3 != 1, i => i == 0 })
        {
            var asked = model.named_parameters().Where((_, i) => chosen(i)).ToArray();
            var gradients = torch.autograd.grad([Loss(model)], [.. asked.Select(p => (torch.Tensor)p.parameter)]);
            foreach (var ((name, _), gradient) in asked.Zip(gradients))
                Close(expected[name], gradient);
            Assert.All(model.parameters(), p => Assert.Null(p.grad));
        }
    }

    [Fact]
    public void A_backward_pass_puts_gradients_where_they_are_of_a_frozen_parameter_none()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Expected();
        using var model = Make();
        var frozen = model.named_parameters().First().name;
        model[frozen].requires_grad_(false);
        Loss(model).backward();
        foreach (var (name, parameter) in model.named_parameters().Where(p => p.name != frozen))
            Close(expected[name], parameter.grad!);
        Assert.Null(model[frozen].grad);
    }

    [Fact]
    public void Two_losses_of_one_step_add_up_whichever_way_they_are_asked_for()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Expected();
        using var model = Make();
        (Loss(model) + Loss(model)).backward();
        foreach (var (name, gradient) in Take(model))
            Close(expected[name] * 2, gradient);
        var asked = model.named_parameters().ToArray();
        var gradients = torch.autograd.grad(
            [Loss(model), Loss(model)],
            [.. asked.Select(p => (torch.Tensor)p.parameter)]
        );
        foreach (var ((name, _), gradient) in asked.Zip(gradients))
            Close(expected[name] * 2, gradient);
    }

    [Fact]
    public void A_second_backward_pass_through_one_forward_pass_gives_the_same_again()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Expected();
        using var model = Make();
        var loss = Loss(model);
        loss.backward(retain_graph: true);
        var statistics = model.CopyWeights();
        loss.backward(retain_graph: true);
        foreach (var (name, gradient) in Take(model))
            Close(expected[name] * 2, gradient);
        Assert.Equal(statistics.Hash(), model.CopyWeights().Hash());
        var first = model.named_parameters().First();
        Close(expected[first.name], torch.autograd.grad([loss], [first.parameter])[0]);
    }

    [Fact]
    public void The_second_pass_drops_out_what_the_first_did()
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All["chain"];
        var node = network.Nodes.First(n => n.Layer is Activation);
        var random = new Network(
            "random",
            [
                .. network.Nodes.SelectMany(n =>
                    n == node
                        ? [n with { Name = "before" }, new Node(n.Name, new Dropout(0.5), ["before"])]
                        : (Node[])[n]
                ),
            ],
            network.Outputs
        );
        using var model = new Model(random, seed: 3);
        var loss = model.forward(RandomWeights.Inputs(network.Shapes["input"], 4, 1).to(torch.float32)).square().sum();
        loss.backward(retain_graph: true);
        var once = Take(model);
        loss.backward();
        foreach (var (name, gradient) in Take(model).Where(g => once[g.Key].abs().max().item<float>() > 1e-3))
            Close(once[name] * 2, gradient);
    }

    [Fact]
    public void Gradients_of_gradients_are_those_of_the_framework()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor Second(ScheduleOptions options)
        {
            using var model = Make();
            model.Options = options;
            var gradients = torch.autograd.grad(
                [Loss(model)],
                [.. model.parameters()],
                retain_graph: true,
                create_graph: true
            );
            gradients.Select(g => g.square().sum()).Aggregate((a, b) => a + b).backward();
            return torch.cat([.. model.parameters().Select(p => p.grad!.flatten())]);
        }
        var expected = Second(ScheduleOptions.Plain);
        Assert.True(Numbers.RelativeDifference(Second(new()), expected) < 1e-2);
    }

    [Fact]
    public void What_stands_in_for_a_parameter_may_be_disposed_before_the_backward_pass()
    {
        using var scope = torch.NewDisposeScope();
        var expected = Expected();
        using var model = Make();
        var name = model.named_parameters().First().name;
        torch.Tensor loss;
        using (torch.NewDisposeScope())
        {
            var twice = model[name] * 2 / 2;
            loss = model
                .Run(
                    new Dictionary<string, torch.Tensor> { ["input"] = Images },
                    overrides: new Dictionary<string, torch.Tensor> { [name] = twice }
                )
                .Values.Single()
                .square()
                .sum()
                .MoveToOuterDisposeScope();
        }
        loss.backward();
        Close(expected[name], model[name].grad!);
    }
}
