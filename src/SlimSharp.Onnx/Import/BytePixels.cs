using System.Text.Json;

namespace SlimSharp.Onnx;

/// <summary>
/// The beginning of a model that reads bytes and normalises them itself, as <see cref="OnnxExport"/> writes it:
/// Transpose where channels come last, Cast, Mul and Add by a constant per channel. A network reads what comes behind
/// it; what it did is the network's normalisation.
/// </summary>
internal static class BytePixels
{
    private const double Bytes = 255;
    private const double Single = 1e-5; // numbers written in single precision come back to that
    private const int ImageAxes = 4;

    private static readonly long[] ChannelsFirst = [0, 3, 1, 2];

    /// <summary>The model that reads normalised numbers; itself, where it begins in another way.</summary>
    internal static OnnxModel Removed(OnnxModel model)
    {
        if (
            model.Inputs is not [{ Type: OnnxType.UInt8, Sizes: { Length: ImageAxes } sizes } input]
            || Reader(model, input.Name) is not { } first
        )
            return model;
        var isChannelsLast = first.Operator == "Transpose";
        if (isChannelsLast && !IsChannelsFirst(first))
            return model;
        var (transpose, cast) = isChannelsLast ? (first, Reader(model, first.Outputs[0])) : (null, first);
        if (cast is not { Operator: "Cast" } || Scaled(model, cast, "Mul") is not { } factor)
            return model;
        if (Scaled(model, factor.Node, "Add") is not { } shift || factor.Values.Length != shift.Values.Length)
            return model;
        if (factor.Values.Any(f => !(f > 0)))
            return model;
        OnnxNode?[] gone = [transpose, cast, factor.Node, shift.Node];
        var made = shift.Node.Outputs[0];
        return model with
        {
            Inputs =
            [
                new(input.Name, OnnxType.Float, isChannelsLast ? [sizes[0], sizes[3], sizes[1], sizes[2]] : sizes),
            ],
            Nodes =
            [
                .. model
                    .Nodes.Where(n => !gone.Contains(n))
                    .Select(n => n with { Inputs = [.. n.Inputs.Select(i => i == made ? input.Name : i)] }),
            ],
            Metadata = model.Metadata.SetItems(Stated(model, factor.Values, shift.Values)),
        };
    }

    // (byte/255 − mean)/deviation = byte·factor + shift. What the metadata say more exactly stays.
    private static Dictionary<string, string> Stated(OnnxModel model, double[] factor, double[] shift)
    {
        double[] deviation = [.. factor.Select(f => 1 / (Bytes * f))];
        double[] mean = [.. shift.Zip(deviation, (s, d) => -s * d)];
        var said = OnnxImport.StatedNormalization(model);
        if (said is not null && Agree(said.Mean.AsSpan(), mean) && Agree(said.Deviation.AsSpan(), deviation))
            return [];
        return new()
        {
            [OnnxImport.MeanKey] = JsonSerializer.Serialize(mean, OnnxJson.Default.DoubleArray),
            [OnnxImport.DeviationKey] = JsonSerializer.Serialize(deviation, OnnxJson.Default.DoubleArray),
        };
    }

    private static bool Agree(ReadOnlySpan<double> a, double[] b)
    {
        if (a.Length != b.Length)
            return false;
        for (var i = 0; i < b.Length; i++)
        {
            if (!(Math.Abs(a[i] - b[i]) <= Single * Math.Max(1, Math.Abs(b[i]))))
                return false;
        }
        return true;
    }

    private static bool IsChannelsFirst(OnnxNode node) =>
        node.Attributes.Any(a => a.Name == "perm" && a.Value is long[] order && order.SequenceEqual(ChannelsFirst));

    // The one node that reads a value.
    private static OnnxNode? Reader(OnnxModel model, string value) =>
        model.Nodes.Where(n => n.Inputs.Contains(value)).ToArray() is [var one] ? one : null;

    // The node behind another that combines its result with a constant per channel.
    private static (OnnxNode Node, double[] Values)? Scaled(OnnxModel model, OnnxNode before, string kind)
    {
        if (Reader(model, before.Outputs[0]) is not { Inputs: [var value, var name] } node || node.Operator != kind)
            return null;
        var constant = model.Constants.FirstOrDefault(c => c.Name == name);
        return value == before.Outputs[0] && constant is { Sizes: [_, 1, 1] } ? (node, constant.Numbers()) : null;
    }
}
