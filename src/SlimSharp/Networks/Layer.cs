using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>
/// A layer kind: its shapes, cost, parameters and channel flow. A new kind is a file in Layers/, its name in LayerNames
/// and LayerJson, and one method in every <see cref="LayerVisitor{T}"/>; a kind of a program's own is a
/// <see cref="CustomLayer"/>.
/// </summary>
[JsonConverter(typeof(LayerConverter))]
public abstract partial record Layer
{
    /// <summary>The least number of inputs.</summary>
    [JsonIgnore]
    public virtual int MinInputs => 1;

    /// <summary>The greatest number of inputs.</summary>
    [JsonIgnore]
    public virtual int MaxInputs => 1;

    /// <summary>The shape of the output.</summary>
    /// <exception cref="NetworkException">
    /// The inputs do not fit; the message is the rest of a sentence that begins with the node's name.
    /// </exception>
    public abstract Shape Output(IReadOnlyList<Shape> inputs);

    /// <summary>
    /// Multiply-adds per sample: unless a kind knows better, those with each number of its weights at every position.
    /// </summary>
    public virtual long Macs(IReadOnlyList<Shape> inputs) => WeightMacs(inputs);

    /// <summary>How often a sample uses each number of a weight: the positions at which it stands.</summary>
    public virtual int Uses(IReadOnlyList<Shape> inputs) => Output(inputs).Area;

    /// <summary>Multiply-adds per sample with the numbers of its weights.</summary>
    internal long WeightMacs(IReadOnlyList<Shape> inputs) =>
        checked(
            Parameters(inputs).Where(p => p.Role == ParameterRole.Weight).Sum(p => p.Count) is var count && count > 0
                ? count * Uses(inputs)
                : 0
        );

    /// <summary>
    /// Operations per sample as network-slimming papers count them: a multiply-add is 2, BatchNorm 2 and an activation
    /// 1 per element, max pooling and average pooling other than 2×2 the window's area per output element.
    /// </summary>
    public virtual long PublishedFlops(IReadOnlyList<Shape> inputs) => 2 * Macs(inputs);

    /// <summary>Parameters and buffers, in the order in which they are stored.</summary>
    public virtual IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) => [];

    /// <summary>How output channels relate to input channels.</summary>
    public abstract ChannelFlow Flow(IReadOnlyList<Shape> inputs);

    /// <summary>
    /// This layer when only the given channels remain, ascending, of each input (of the given shapes) and of the
    /// output.
    /// </summary>
    public virtual Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) => this;

    /// <summary>
    /// How output tokens relate to those of the sequences that are read. A kind that does not say it needs all of them.
    /// </summary>
    public virtual TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        new TokenFlow.Whole($"a layer of the kind {GetType().Name} does not say how its tokens depend on each other");

    /// <summary>
    /// This layer when only the given tokens remain, ascending, of each input and of the output; none are given of what
    /// is no sequence.
    /// </summary>
    public virtual Layer NarrowTokens(IReadOnlyList<int[]> inputs, int[] output) => this;

    /// <summary>Calls the visitor's method for this kind.</summary>
    public abstract T Accept<T>(LayerVisitor<T> visitor);
}
