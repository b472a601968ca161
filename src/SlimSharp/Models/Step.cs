using System.Collections.Immutable;
using SlimSharp.Models.Passes;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>One thing a model does in its forward pass.</summary>
/// <param name="Result">The name of the value it makes.</param>
/// <param name="Reads">The values that it reads.</param>
public abstract record Step(string Result, ImmutableArray<string> Reads)
{
    /// <summary>The values that nobody reads any more afterwards.</summary>
    public ImmutableArray<string> Frees { get; init; } = [];

    /// <summary>What carries it out in a pass.</summary>
    internal abstract Operation ToOperation();

    /// <summary>True if it has something to train.</summary>
    internal virtual bool HasParameters(Network network) => false;

    /// <summary>Computes a layer.</summary>
    public sealed record Compute(Node Node) : Step(Node.Name, Node.Inputs)
    {
        internal override Operation ToOperation() =>
            Node.Layer switch
            {
                Convolution { Padding.IsSymmetric: true } convolution => new ConvolutionOperation(Node, convolution),
                Add => new SumOperation(Node, null),
                _ => new LayerOperation(Node),
            };

        internal override bool HasParameters(Network network) =>
            Node.Layer.Parameters(network.InputShapes(Node)).Any(p => p.IsTrained);

        /// <inheritdoc/>
        public override string ToString() =>
            $"{Result} = {Node.Layer.GetType().Name}({string.Join(", ", Node.Inputs)})";
    }

    /// <summary>Computes a BatchNorm and, if there is one, the activation that alone reads it.</summary>
    public sealed record Normalize(Node Norm, Node? Activation) : Step((Activation ?? Norm).Name, Norm.Inputs)
    {
        internal override Operation ToOperation() => new NormalizeOperation(Norm, (BatchNorm)Norm.Layer, Activation);

        internal override bool HasParameters(Network network) => true;

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = Normalize({Norm.Name}: {Norm.Inputs[0]})";
    }

    /// <summary>Appends to a buffer of that many channels, which the chain's concatenations share.</summary>
    public sealed record Append(Node Node, string Chain, int Width) : Step(Node.Name, Node.Inputs)
    {
        internal override Operation ToOperation() => new AppendOperation(Node, Chain, Width);

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = Append({string.Join(", ", Node.Inputs)})";
    }

    /// <summary>Computes a sum in the memory of a term that nobody else reads.</summary>
    public sealed record AddInto(Node Node, string Term) : Step(Node.Name, Node.Inputs)
    {
        internal override Operation ToOperation() => new SumOperation(Node, Term);

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = AddInto({Term}, {string.Join(", ", Node.Inputs)})";
    }

    /// <summary>Puts what the caller's function makes of a value in its place.</summary>
    public sealed record Tap(string Result) : Step(Result, [Result])
    {
        internal override Operation ToOperation() => new TapOperation(Result);

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = Tap({Result})";
    }

    /// <summary>Puts an image's channels innermost in memory.</summary>
    public sealed record ToChannelsLast(string Result) : Step(Result, [Result])
    {
        internal override Operation ToOperation() => new PrepareOperation(Result, Layout.ChannelsLast);

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = ChannelsLast({Result})";
    }

    /// <summary>Changes an image's data type to bfloat16.</summary>
    public sealed record ToBFloat16(string Result) : Step(Result, [Result])
    {
        internal override Operation ToOperation() => new PrepareOperation(Result, x => x.to(torch.bfloat16));

        /// <inheritdoc/>
        public override string ToString() => $"{Result} = BFloat16({Result})";
    }
}
