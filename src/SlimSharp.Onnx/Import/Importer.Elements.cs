using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// What is done to every element: functions, and arithmetic with constants or between values of one shape.
/// </summary>
internal sealed partial class Importer
{
    private void Activate(ImportNode node, ActivationFunction function) => Put(node, new Activation(function));

    private void HardSigmoid(ImportNode node)
    {
        if (Math.Abs(node.Number("alpha", 0.2) - 1.0 / 6) > 1e-6 || node.Number("beta", 0.5) != 0.5)
            throw node.Refuse("has another slope than 1/6");
        Activate(node, ActivationFunction.HardSigmoid);
    }

    // Bounds are attributes before version 11 and inputs since.
    private void Clip(ImportNode node)
    {
        double Bound(int index, string name, double fallback) =>
            Constant(node, index) is { } bound ? One(node, bound) : node.Number(name, fallback);
        var least = Bound(1, "min", double.NegativeInfinity);
        var largest = Bound(2, "max", double.PositiveInfinity);
        Activate(
            node,
            (least, largest) switch
            {
                (0, 6) => ActivationFunction.Relu6,
                (0, >= float.MaxValue) => ActivationFunction.Relu,
                _ => throw node.Refuse($"clips to {least}…{largest}; only 0…6 is known"),
            }
        );
    }

    private void PRelu(ImportNode node)
    {
        var (source, slope) = (Source(node), Needed(node, 1));
        var shared = slope.Numbers().Length == 1 && _shapes[source].Channels != 1;
        var slopes = PerChannel(node, slope, source);
        Put(node, new PRelu { Shared = shared });
        var name = Value(node.Output)!;
        Give(name, "weight", shared ? slopes[..1] : slopes, shared ? 1 : slopes.Length);
    }

    private void Add(ImportNode node)
    {
        if (Computed(node) is not { } place)
        {
            Combine(node, new Add(), [.. Enumerable.Range(0, node.Inputs).Select(i => Source(node, i))]);
            return;
        }
        var source = Source(node, place);
        var terms = PerChannel(node, Needed(node, 1 - place), source, place);
        // The bias that some write behind a MatMul.
        if (
            _nodes[^1] is { Layer: Linear { Bias: false } linear } last
            && last.Name == source
            && IsReadOnce(node.Input(place)!)
        )
        {
            _nodes[^1] = last with { Layer = linear with { Bias = true } };
            Alias(node, place);
            Give(source, "bias", terms, terms.Length);
        }
        else
            PutShift(node, source, terms);
    }

    // x − c, or c − x.
    private void Subtract(ImportNode node)
    {
        var place = Computed(node) ?? throw node.Refuse("subtracts what is computed; only constants are read there");
        var source = Source(node, place);
        var terms = PerChannel(node, Needed(node, 1 - place), source, place);
        if (place == 0)
            PutShift(node, source, [.. terms.Select(t => -t)]);
        else
        {
            double[] negative = [.. terms.Select(_ => -1.0)];
            var turned = Put($"{node.Output}.negative", new Factor(), [source]);
            Give(turned, "weight", negative, negative.Length);
            PutShift(node, turned, terms);
        }
    }

    private void Multiply(ImportNode node)
    {
        if (Computed(node) is { } place)
        {
            var source = Source(node, place);
            PutFactor(node, source, PerChannel(node, Needed(node, 1 - place), source, place));
            return;
        }
        var (a, b) = (Source(node, 0), Source(node, 1));
        var isTurned = !_shapes[a].IsImage && _shapes[b].IsImage;
        Combine(node, new Multiply(), isTurned ? [b, a] : [a, b]);
    }

    private void Divide(ImportNode node)
    {
        if (Computed(node) is not 0)
            throw node.Refuse("divides by what is computed; only constants are read there");
        var source = Source(node);
        double[] factors = [.. PerChannel(node, Needed(node, 1), source).Select(d => 1 / d)];
        if (!factors.All(double.IsFinite))
            throw node.Refuse("divides by zero");
        PutFactor(node, source, factors);
    }

    private void PutShift(ImportNode node, string source, double[] terms)
    {
        Put(node, new Shift(), source);
        Give(Value(node.Output)!, "bias", terms, terms.Length);
    }

    private void PutFactor(ImportNode node, string source, double[] factors)
    {
        Put(node, new Factor(), source);
        Give(Value(node.Output)!, "weight", factors, factors.Length);
    }

    // Of a computed value and a constant the place of the former; null where all are computed.
    private int? Computed(ImportNode node) =>
        node.Inputs != 2 ? null
        : Known(node, 0) is not null ? 1
        : Known(node, 1) is not null ? 0
        : null;

    // Of values of one shape, or of an image and a vector that stands at one position of an image.
    private void Combine(ImportNode node, Layer layer, string[] sources)
    {
        int[] ranks = [.. Enumerable.Range(0, node.Inputs).Select(i => Rank(node, i))];
        if (ranks.Distinct().Count() > 1)
            throw node.Refuse("spreads a vector over the width of something else, not over its channels");
        if (sources.Length == 1)
            Alias(node);
        else
            Put(node, layer, sources);
    }

    private bool IsReadOnce(string value)
    {
        _reads ??= model
            .Nodes.SelectMany(n => n.Inputs)
            .Concat(model.Outputs.SelectMany(o => new[] { o.Name, o.Name })) // twice, so that an output is none
            .GroupBy(v => v)
            .ToDictionary(g => g.Key, g => g.Count());
        return _reads.GetValueOrDefault(value) == 1;
    }

    // ONNX lays shapes on each other from the last axis on, so a vector lies along the width unless ones follow it.
    private double[] PerChannel(ImportNode node, OnnxTensor constant, string source, int input = 0) =>
        PerChannel(node, constant, _shapes[source].Channels, Rank(node, input));

    private static double[] PerChannel(ImportNode node, OnnxTensor constant, int channels, int rank)
    {
        var numbers = constant.Numbers();
        long[] sizes = [.. Enumerable.Repeat(1L, Math.Max(rank - constant.Sizes.Length, 0)), .. constant.Sizes];
        if (sizes.Length != rank || sizes.Where((s, axis) => s != (axis == 1 && s != 1 ? channels : 1)).Any())
            throw node.Refuse(
                $"has a constant '{constant.Name}' of {string.Join('×', constant.Sizes)}, "
                    + $"which is not one number for each of {channels} channels"
            );
        return numbers.Length == channels ? numbers : [.. Enumerable.Repeat(numbers[0], channels)];
    }

    private static double One(ImportNode node, OnnxTensor constant) =>
        constant.Numbers() is [var one] ? one : throw node.Refuse($"has no single number as its '{constant.Name}'");
}
