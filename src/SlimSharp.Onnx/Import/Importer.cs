using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// Makes a network of a graph of operators, one after another; the operators that are known stand in <see
/// cref="Read(ImportNode)"/>.
/// </summary>
internal sealed partial class Importer(OnnxModel model, Weights weights, ReadBudget budget)
{
    private const int MaxSize = 1 << 16;
    private readonly Dictionary<string, OnnxTensor> _constants = [];
    private readonly Dictionary<string, string> _values = []; // what is called how in the network
    private readonly Dictionary<string, Shape> _shapes = [];
    private readonly Dictionary<string, string> _shared = []; // the owner of a constant that several layers use
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, int> _places = []; // of nodes in the list
    private readonly Dictionary<string, int> _alike = []; // how often a name was asked for
    private Dictionary<string, int>? _reads; // how often each value is read, once somebody asks
    private NetworkRoom? _room;
    private long _total; // of parameters and operations

    /// <summary>The network; its weights are put where they were to go.</summary>
    internal Network Run()
    {
        foreach (var constant in model.Constants)
            _constants[constant.Name] = constant;
        foreach (var input in model.Inputs.Where(i => !_constants.ContainsKey(i.Name)))
            AddInput(input);
        foreach (var node in model.Nodes)
            Read(node);
        return Tidy([
            .. model.Outputs.Select(o =>
                Value(o.Name) ?? throw new OnnxException($"nothing makes the output '{o.Name}'.")
            ),
        ]);
    }

    // What an operator says and nobody reads would be something else here without a word, so it is refused.
    private void Read(OnnxNode operation)
    {
        var node = new ImportNode(operation);
        if (operation.Domain is not ("" or "ai.onnx"))
            throw node.Refuse($"is of the domain '{operation.Domain}'; only operators of ONNX itself are read");
        try
        {
            Read(node);
        }
        catch (NetworkException e)
        {
            throw node.Refuse(e.Message); // the message is the rest of a sentence
        }
        node.CheckAllRead();
    }

    // Operators by name.
    private void Read(ImportNode node)
    {
        switch (node.Operator)
        {
            case "Constant":
                _constants[node.Output] = node.Tensor("value") ?? throw node.Refuse("has no tensor as its value");
                break;
            case "Identity":
                Alias(node);
                break;
            case "Dropout":
                Dropout(node);
                break;
            case "Conv":
                Convolution(node);
                break;
            case "ConvTranspose":
                TransposedConvolution(node);
                break;
            case "BatchNormalization":
                BatchNormalization(node);
                break;
            case "InstanceNormalization":
                InstanceNormalization(node);
                break;
            case "Gemm" or "MatMul":
                Linear(node);
                break;
            case "Relu":
                Activate(node, ActivationFunction.Relu);
                break;
            case "Clip":
                Clip(node);
                break;
            case "LeakyRelu":
                Put(node, new Activation(ActivationFunction.LeakyRelu) { NegativeSlope = node.Number("alpha", 0.01) });
                break;
            case "Sigmoid":
                Activate(node, ActivationFunction.Sigmoid);
                break;
            case "Tanh":
                Activate(node, ActivationFunction.Tanh);
                break;
            case "HardSwish":
                Activate(node, ActivationFunction.HardSwish);
                break;
            case "HardSigmoid":
                HardSigmoid(node);
                break;
            case "PRelu":
                PRelu(node);
                break;
            case "MaxPool" or "AveragePool":
                Pool(node);
                break;
            case "GlobalAveragePool":
                GlobalAverage(node);
                break;
            case "ReduceMean":
                Mean(node);
                break;
            case "Flatten":
                Flatten(node);
                break;
            case "Reshape":
                Reshape(node);
                break;
            case "Squeeze" or "Unsqueeze":
                Squeeze(node, adds: node.Operator == "Unsqueeze");
                break;
            case "Add" or "Sum":
                Add(node);
                break;
            case "Sub":
                Subtract(node);
                break;
            case "Mul":
                Multiply(node);
                break;
            case "Div":
                Divide(node);
                break;
            case "Concat":
                Concat(node);
                break;
            case "Gather" or "Slice" or "Pad":
                Select(node);
                break;
            case "Resize":
                Resize(node);
                break;
            default:
                throw node.Refuse("is not among those that can be read (docs/onnx.md lists them)");
        }
    }

    private void AddInput(OnnxValue input)
    {
        long[] sizes = [.. input.Sizes.Skip(1)];
        if (input.Type != OnnxType.Float || sizes.Length is not (1 or 3) || sizes.Any(s => s is < 0 or > MaxSize))
            throw new OnnxException(
                $"the input '{input.Name}' must be 32-bit numbers, N×C×H×W or N×C, "
                    + $"not {input.Type} of {string.Join('×', input.Sizes)}."
            );
        if (sizes.Contains(0))
            throw new OnnxException(
                $"the input '{input.Name}' of {Words(input)} leaves more than the batch size open, marked by ?; "
                    + "export the network for images of one size."
            );
        if (_batch != 0 && input.Sizes[0] != _batch)
            throw new OnnxException($"the input '{input.Name}' has another batch size than the one before.");
        var shape = sizes.Length == 3 ? new Shape((int)sizes[0], (int)sizes[1], (int)sizes[2]) : new((int)sizes[0]);
        _values[input.Name] = Put(input.Name, new Input(shape), []);
        (_ranks[input.Name], _batch) = (input.Sizes.Length, input.Sizes[0]);
    }

    private static string Words(OnnxValue value) =>
        string.Join(
            '×',
            value.Sizes.Select(
                (s, i) =>
                    s > 0 ? $"{s}"
                    : i == 0 ? "N"
                    : "?"
            )
        );

    // The node behind a value; null where there is none.
    private string? Value(string name) => _values.GetValueOrDefault(name);

    private string Source(ImportNode node, int index = 0) =>
        (node.Input(index) is { } name ? Value(name) : null)
        ?? throw node.Refuse(
            node.Input(index) is { } given && _constants.ContainsKey(given)
                ? $"reads the constant '{given}' where a network computes; "
                    + "if it computes sizes, export with fixed sizes and constants folded"
                : $"reads '{node.Input(index)}', which nothing makes"
        );

    // The constant at that place; null if it is computed, or left out.
    private OnnxTensor? Known(ImportNode node, int index) =>
        node.Input(index) is { } name ? _constants.GetValueOrDefault(name) : null;

    // The constant at that place; null if it is left out.
    private OnnxTensor? Constant(ImportNode node, int index) =>
        Known(node, index)
        ?? (
            node.Input(index) is { } computed
                ? throw node.Refuse($"computes its input {index + 1}, '{computed}', where only a constant is read")
                : null
        );

    private OnnxTensor Needed(ImportNode node, int index) =>
        Constant(node, index) ?? throw node.Refuse($"has no constant as its input {index + 1}");

    private void Alias(ImportNode node, int input = 0)
    {
        if (Known(node, input) is { } constant)
            _constants[node.Output] = constant;
        else
            Alias(node, Source(node, input), Rank(node, input));
    }

    // Nothing at inference; a third input, since version 12, may ask for more.
    private void Dropout(ImportNode node)
    {
        node.Ignore("ratio", "seed");
        node.Input(1);
        if (node.Input(2) is not null && Constant(node, 2)!.Data.Span.ContainsAnyExcept((byte)0))
            throw node.Refuse("is in training mode; export the network in evaluation mode");
        Alias(node);
    }

    // A layer behind the node's first input; of what it makes of a vector there are as many axes as of that.
    private void Put(ImportNode node, Layer layer, params string[] inputs)
    {
        var name = _values[node.Output] = Put(node.Output, layer, inputs.Length > 0 ? inputs : [Source(node)]);
        SetRank(node, name);
    }

    private void SetRank(ImportNode node, string name)
    {
        var ranks = Enumerable.Range(0, node.Inputs).Select(i => _ranks.GetValueOrDefault(node.Name(i)));
        _ranks[node.Output] = _shapes[name].IsImage ? ImageRank : ranks.Max();
    }

    private string Put(string output, Layer layer, string[] inputs, string? shares = null)
    {
        var name = Free(output);
        _shapes[name] = NetworkShapes.Checked(layer, [.. inputs.Select(i => _shapes[i])], ref _total);
        (_room ??= new(budget)).Take(_shapes[name]);
        _places[name] = _nodes.Count;
        _nodes.Add(new(name, layer, [.. inputs], shares));
        return name;
    }
}
