using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// The filters of a layer as the rows of a matrix, n×k: all weights of an output channel, and its bias as the last
/// column where there is one.
/// </summary>
/// <param name="Node">The layer.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="HasBias">Whether the last column is a bias.</param>
/// <param name="IsDepthwise">Whether each filter sees one input channel alone.</param>
internal sealed record FilterMatrix(Node Node, LayerParameter Weight, bool HasBias, bool IsDepthwise)
{
    /// <summary>The full name of the weight.</summary>
    internal string WeightName => $"{Node.Name}.{Weight.Name}";

    /// <summary>The full name of the bias.</summary>
    internal string BiasName => $"{Node.Name}.bias";

    /// <summary>How many filters, n.</summary>
    internal long Rows => Weight.Sizes[Axis];

    /// <summary>Numbers of a filter without its bias.</summary>
    internal long Weights => Weight.Count / Rows;

    /// <summary>Numbers of a filter, k.</summary>
    internal long Columns => Weights + (HasBias ? 1 : 0);

    /// <summary>Whether its window is one place of an image.</summary>
    internal bool IsPointwise => Weight.Sizes.Length == 4 && Weight.Sizes[2] * Weight.Sizes[3] == 1;

    private int Axis => Weight.OutputAxis!.Value;

    /// <summary>
    /// All layers with weights, in their order, but those that make the outputs, such as a classifier.
    /// </summary>
    internal static IReadOnlyList<FilterMatrix> Of(Network network)
    {
        var last = Last(network);
        return
        [
            .. from node in network.Nodes
            where node.Shares is null && !last.Contains(node.Name)
            let inputs = network.InputShapes(node)
            let parameters = node.Layer.Parameters(inputs)
            from weight in parameters
            where weight is { Role: ParameterRole.Weight, OutputAxis: not null, Sizes.Length: > 1 }
            select new FilterMatrix(node, weight, node.Layer.HasBias(), node.Layer.IsDepthwise(inputs)),
        ];
    }

    /// <summary>
    /// The matrix without the biases, through which no gradient flows, its columns in the order in which they lie in
    /// memory, so that nothing is copied where filters lie one after the other; the caller disposes it.
    /// </summary>
    internal torch.Tensor WeightsOf(Model model) => AsRows(model[WeightName], model[WeightName]);

    /// <summary>The whole matrix, n×k; the caller disposes it.</summary>
    internal torch.Tensor Of(Model model)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var filters = WeightsOf(model);
        return (HasBias ? torch.cat([filters, model[BiasName].unsqueeze(1)], 1) : filters).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Adds factor·sign(numbers)·matrix to the gradients, where there are any; the n×n numbers are overwritten.
    /// </summary>
    internal void AddSignsFromLeft(Model model, torch.Tensor numbers, double factor)
    {
        using var scope = torch.NewDisposeScope();
        using Scalar strength = factor;
        var (filters, signs) = (WeightsOf(model), numbers.sign_().mul_(strength));
        if (model[WeightName].grad is { } gradient)
            Add(
                model,
                gradient,
                rows =>
                {
                    if (!SignProduct.Fits(signs, filters, rows) || !SignProduct.TryAdd(signs, filters, rows, factor))
                        rows.addmm_(signs, filters, 1, 1);
                }
            );
        if (HasBias && model[BiasName].grad is { } bias)
            bias.addmv_(signs, model[BiasName].detach(), 1, 1);
    }

    /// <summary>
    /// Adds factor·matrix·sign(numbers) to the gradients, where there are any; the k×k numbers are overwritten.
    /// </summary>
    internal void AddSignsFromRight(Model model, torch.Tensor numbers, double factor)
    {
        using var scope = torch.NewDisposeScope();
        using Scalar strength = factor;
        var change = Of(model).matmul(numbers.sign_().mul_(strength));
        if (model[WeightName].grad is { } gradient)
            Add(model, gradient, rows => rows.add_(change.narrow(1, 0, Weights), Scalars.One));
        if (HasBias && model[BiasName].grad is { } bias)
            bias.add_(change.select(1, Weights), Scalars.One);
    }

    // Where the gradient lies otherwise than the weight its rows are a copy, which is written back.
    private void Add(Model model, torch.Tensor gradient, Action<torch.Tensor> add)
    {
        var rows = AsRows(gradient, model[WeightName]);
        var turned = Turned(gradient, model[WeightName]);
        add(rows);
        if (!turned.is_contiguous())
            turned.copy_(rows.reshape(turned.shape));
    }

    private torch.Tensor AsRows(torch.Tensor tensor, torch.Tensor weight)
    {
        using var turned = Turned(tensor, weight);
        return turned.reshape(Rows, Weights);
    }

    // Outputs first; then as the weight lies, inputs last if they are innermost there.
    private torch.Tensor Turned(torch.Tensor tensor, torch.Tensor weight)
    {
        var turned = tensor.detach().transpose(0, Axis);
        if (turned.dim() != 4)
            return turned;
        using var outer = weight.detach().transpose(0, Axis);
        using var innermost = outer.permute(0, 2, 3, 1);
        return !outer.is_contiguous() && innermost.is_contiguous() ? turned.permute(0, 2, 3, 1) : turned;
    }

    // Whose values reach the outputs through no other layer with weights.
    private static HashSet<string> Last(Network network)
    {
        var last = new HashSet<string>();
        var open = new Stack<string>(network.Outputs);
        while (open.TryPop(out var name))
        {
            if (!last.Add(name) || network.HasWeights(network[name]))
                continue;
            foreach (var input in network[name].Inputs)
                open.Push(input);
        }
        return last;
    }
}
