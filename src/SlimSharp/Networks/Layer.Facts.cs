using System.Collections.Immutable;

namespace SlimSharp.Networks;

// What folding, constants, certificates, quantisation and latency ask of a layer. A kind that says nothing is left
// alone. These are methods, for properties would be stored in files.
public abstract partial record Layer
{
    /// <summary>What may be assumed of it.</summary>
    public virtual LayerTraits Traits() => LayerTraits.None;

    /// <summary>What it is called in tables, as in "max pooling 2×2".</summary>
    public virtual string Title() => GetType().Name;

    /// <summary>What it does to each channel in evaluation if that is factor·x + shift, or null.</summary>
    /// <param name="parameter">The numbers of a parameter by its name.</param>
    public virtual ChannelAffine? Affine(Func<string, double[]> parameter) => null;

    /// <summary>The statistics by which it normalises, if it takes them of batches; or null.</summary>
    public virtual BatchStatistics? Statistics() => null;

    /// <summary>
    /// This layer with running statistics that are those of the last batch alone; itself where it has none.
    /// </summary>
    public virtual Layer Forgetful() => this;

    /// <summary>
    /// This layer with its gains as scales, or as none, where that is a choice; itself where it is not.
    /// </summary>
    public virtual Layer WithGainsAsScales(bool areScales) => this;

    /// <summary>
    /// This layer with a bias per output channel, a parameter called bias, or null if it cannot have one. What has one
    /// multiplies its input by a parameter called weight, whose axis 0 has one place per output channel or, with
    /// outputs in axis 1, per input channel.
    /// </summary>
    public virtual Layer? WithBias() => null;

    /// <summary>True if a bias is added per output channel.</summary>
    public virtual bool HasBias() => false;

    /// <summary>
    /// This layer with that many output channels and, where it is asked for, in that many groups; itself where both
    /// follow from its input.
    /// </summary>
    public virtual Layer WithChannels(int channels, int? groups = null) => this;

    /// <summary>Of what its numbers of channels, read and made, must be multiples.</summary>
    public virtual int ChannelMultiple() => 1;

    /// <summary>True if it computes each of its channels from one input channel alone, through weights.</summary>
    public virtual bool IsDepthwise(IReadOnlyList<Shape> inputs) => false;

    /// <summary>
    /// The output channel's value if each of its sources has the same value everywhere, or NaN if the output is not the
    /// same everywhere. <paramref name="parameter"/> gives the channel's place of a parameter.
    /// </summary>
    public virtual double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => double.NaN;

    /// <summary>
    /// What constants of input channels add to each output channel, away from the border of an image; null if it is no
    /// sum of its one input, weighted by a parameter called weight.
    /// </summary>
    /// <param name="inputs">The shapes that it reads.</param>
    /// <param name="constants">
    /// The constant of each input channel; NaN, which makes NaN of what depends on it, where it is none.
    /// </param>
    /// <param name="weight">The numbers of the weight.</param>
    public virtual double[]? Contribution(IReadOnlyList<Shape> inputs, double[] constants, double[] weight) => null;

    /// <summary>
    /// The layers that stand for it, one behind another, where the structure of a cut is looked at: without flat parts,
    /// in which a wrong index could hide, and with parameters that follow channels as its own do, in the same order.
    /// Itself where it has none.
    /// </summary>
    public virtual ImmutableArray<Layer> Open() => [this];

    /// <summary>What runtimes compute of it in integers.</summary>
    public virtual IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.None;

    /// <summary>
    /// This layer as an activation that runtimes compute together with the layer in front of it, or null.
    /// </summary>
    public virtual Activation? AsActivation() => null;

    /// <summary>Numbers per sample that computing it lays out besides its inputs and its output.</summary>
    public virtual long Scratch(IReadOnlyList<Shape> inputs) => 0;

    /// <summary>What it has in common with layers that take as long at any width: itself with one channel.</summary>
    public virtual Layer Timed(IReadOnlyList<Shape> inputs) => WithChannels(1, IsDepthwise(inputs) ? 1 : null);

    /// <summary>The shape of a second input beside a first one, with which it is timed.</summary>
    public virtual Shape Beside(Shape first) => first;
}
