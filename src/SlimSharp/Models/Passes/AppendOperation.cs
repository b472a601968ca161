using SlimSharp.Models.Kernels;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// A concatenation of a chain of them, each of which appends to the one before: all share one buffer, in which every
/// channel is written once, and the gradients of all are parts of the last one's.
/// </summary>
/// <param name="node">The concatenation.</param>
/// <param name="chain">The name of the chain's first concatenation.</param>
/// <param name="width">The channels of its last.</param>
internal sealed class AppendOperation(Node node, string chain, int width) : Operation(node.Name)
{
    internal override torch.Tensor Forward(Pass pass)
    {
        var first = pass.Value(node.Inputs[0]);
        var at = 0L;
        if (!pass.Buffers.TryGetValue(chain, out var buffer))
        {
            long[] sizes = [first.shape[0], width, first.shape[2], first.shape[3]];
            pass.Buffers[chain] = buffer = Layout.EmptyChannelsLast(sizes, first).DetachFromDisposeScope();
        }
        else
            at = first.shape[1];
        for (var port = at > 0 ? 1 : 0; port < node.Inputs.Length; port++)
        {
            var added = pass.Value(node.Inputs[port]);
            using var place = buffer.narrow(1, at, added.shape[1]);
            Copy(added, place);
            at += added.shape[1];
        }
        if (pass.Mode.IsTraining)
            JoinStatistics(pass, buffer);
        return buffer.narrow(1, 0, at);
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        var at = 0L;
        foreach (var input in node.Inputs)
        {
            var channels = pass.Network.Shapes[input].Channels;
            // Parts do not overlap, so that each may be written over if the whole may.
            using var part = gradient.Tensor.narrow(1, at, channels);
            pass.Give(input, gradient.IsAlone ? new(part.alias()) : new(part.clone()));
            at += channels;
        }
        gradient.Release();
    }

    private static void Copy(torch.Tensor from, torch.Tensor to)
    {
        if (!Rows.Fit(from) || from.dtype != to.dtype)
            to.copy_(from);
        else if (from.dtype == torch.bfloat16)
            ChannelKernels.Copy<Brain16>(Rows.Of(from), Rows.Of(to));
        else
            ChannelKernels.Copy<Single32>(Rows.Of(from), Rows.Of(to));
    }

    // Every layer that reads these channels takes the same statistics: of the buffer, whose rows are, as those of
    // inputs need not be, as kernels read them.
    private void JoinStatistics(Pass pass, torch.Tensor buffer)
    {
        var (at, parts) = (0L, new List<ChannelStatistics>());
        foreach (var input in node.Inputs)
        {
            var channels = pass.Network.Shapes[input].Channels;
            using var place = buffer.narrow(1, at, channels);
            parts.Add(
                pass.Statistics(input, () => NormalizeOperation.Take(place, Rows.Of(place), new double[channels]))
            );
            at += channels;
        }
        var joined = ChannelStatistics.Join(parts);
        pass.Statistics(node.Name, () => joined);
    }
}
