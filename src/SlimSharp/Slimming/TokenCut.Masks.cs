using System.Collections.Immutable;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

internal sealed partial class TokenCut
{
    /// <summary>
    /// The whole network with a value of its own in front of every layer that brings tokens together where some of them
    /// go, and what stands there for those.
    /// </summary>
    /// <param name="whole">A network with these nodes, perhaps with more.</param>
    internal MaskedNetwork Masked(Network whole)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var taps = new Dictionary<string, Func<torch.Tensor, torch.Tensor>>();
        foreach (var node in whole.Nodes)
        {
            if (MaskOf(node.Name) is not { } mixed)
            {
                nodes.Add(node);
                continue;
            }
            var (port, tokens) = (mixed.Mask.Port, node.Inputs[mixed.Ports[0]]);
            var mask = MaskNode(whole, node, port, tokens);
            nodes.Add(mask);
            nodes.Add(
                node with
                {
                    Inputs =
                        port < node.Inputs.Length ? node.Inputs.SetItem(port, mask.Name) : node.Inputs.Add(mask.Name),
                }
            );
            var left = _left[_network[node.Name].Inputs[mixed.Ports[0]]];
            taps[mask.Name] = x => Without(x, left, mixed.Mask.Value);
        }
        return new(new(whole.Name, nodes.ToImmutable(), whole.Outputs), taps);
    }

    // How a node brings tokens together some of which go; null if it does not.
    private TokenFlow.Mixed? MaskOf(string name)
    {
        if (!_left.ContainsKey(name)) // of a branch that goes whole
            return null;
        var node = _network[name];
        return
            node.Layer.Tokens(_network.InputShapes(node)) is TokenFlow.Mixed mixed && Lost(node.Inputs[mixed.Ports[0]])
            ? mixed
            : null;
    }

    // All that the layer reads there, or one channel of zeros where it reads nothing yet.
    private static Node MaskNode(Network network, Node node, int port, string tokens)
    {
        var read = port < node.Inputs.Length ? node.Inputs[port] : tokens;
        ImmutableArray<int> channels =
            port < node.Inputs.Length ? [.. Enumerable.Range(0, network.Shapes[read].Channels)] : [Select.Zero];
        return new(FreeName(network, $"{node.Name}.mask"), new Select(channels), [read]);
    }

    private static torch.Tensor Without(torch.Tensor value, int[] left, TokenMaskValue mask)
    {
        using var scope = torch.NewDisposeScope();
        var gone = torch.tensor(
            [.. Enumerable.Range(0, (int)value.shape[1]).Except(left).Select(t => (long)t)],
            torch.int64,
            value.device
        );
        if (mask == TokenMaskValue.MeanOfOthers)
        {
            var stay = torch.tensor([.. left.Select(t => (long)t)], torch.int64, value.device);
            var mean = value.index_select(1, stay).mean([1], keepdim: true);
            return value.index_copy(1, gone, mean.expand(-1, gone.shape[0], -1)).MoveToOuterDisposeScope();
        }
        using Scalar filled = mask == TokenMaskValue.Zero ? 0.0 : double.NegativeInfinity;
        return value.index_fill(1, gone, filled).MoveToOuterDisposeScope();
    }
}
