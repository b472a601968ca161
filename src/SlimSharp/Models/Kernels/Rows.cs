using TorchSharp;

namespace SlimSharp.Models.Kernels;

/// <summary>
/// A tensor as kernels see it: one row of channels per position, channels innermost, rows that do not overlap. Only
/// float32 and bfloat16 in the processor's memory come here; whatever else it is, nothing has an address.
/// </summary>
/// <param name="Type">What its numbers are.</param>
/// <param name="Start">The first element.</param>
/// <param name="Count">Rows.</param>
/// <param name="Channels">Numbers of a row.</param>
/// <param name="Step">Bytes from row to row.</param>
internal readonly unsafe record struct Rows(torch.ScalarType Type, nint Start, long Count, int Channels, long Step)
{
    /// <summary>The rows of N×C×H×W with channels innermost, of N×T×C, or of N×C.</summary>
    /// <exception cref="NotSupportedException">
    /// The tensor does not lie so, or is of another data type or elsewhere.
    /// </exception>
    internal static Rows Of(torch.Tensor tensor)
    {
        var sizes = tensor.shape;
        if (StepOf(tensor, sizes) is not { } step)
            throw new NotSupportedException(
                $"No kernel reads {string.Join('×', sizes)} of {tensor.dtype} with strides {string.Join(", ", tensor.stride())} on {tensor.device}."
            );
        var (count, channels) = (1L, ChannelAxis(sizes));
        for (var axis = 0; axis < sizes.Length; axis++)
            count *= axis == channels ? 1 : sizes[axis];
        return new(tensor.dtype, (nint)TorchC.Address(tensor), count, (int)sizes[channels], step * tensor.ElementSize);
    }

    /// <summary>
    /// True if <see cref="Of"/> has them: channels innermost, and rows one after another, at whatever distance.
    /// </summary>
    internal static bool Fit(torch.Tensor tensor) => StepOf(tensor, tensor.shape) is not null;

    private static int ChannelAxis(long[] sizes) => sizes.Length == 3 ? 2 : 1;

    // Elements from row to row, if there are rows.
    private static long? StepOf(torch.Tensor tensor, long[] sizes)
    {
        if (tensor.dtype is not (torch.ScalarType.Float32 or torch.ScalarType.BFloat16))
            return null;
        if (tensor.device_type != DeviceType.CPU || sizes.Length is not (2 or 3 or 4))
            return null;
        var channels = ChannelAxis(sizes);
        if (sizes.Contains(0))
            return sizes[channels]; // of nothing
        var strides = tensor.stride();
        if (sizes[channels] > 1 && strides[channels] != 1)
            return null;
        // The innermost place of which there are several tells; of one row nobody takes a step.
        var (step, apart) = (sizes[channels], true);
        var rows = 0L;
        for (var axis = sizes.Length - 1; axis >= 0; axis--)
        {
            if (axis == channels || sizes[axis] <= 1)
                continue;
            if (rows == 0)
                (step, rows) = (strides[axis], sizes[axis]);
            else
            {
                apart &= strides[axis] == step * rows;
                rows *= sizes[axis];
            }
        }
        return apart && step >= sizes[channels] ? step : null;
    }
}
