namespace SlimSharp.Networks;

/// <summary>What must be said of every layer kind; a forgotten kind does not compile.</summary>
/// <typeparam name="T">What is made from a layer.</typeparam>
public abstract class LayerVisitor<T>
{
    /// <summary>For an input of the network.</summary>
    public abstract T Visit(Input layer);

    /// <summary>For a convolution.</summary>
    public abstract T Visit(Convolution layer);

    /// <summary>For a transposed convolution.</summary>
    public abstract T Visit(TransposedConvolution layer);

    /// <summary>For a BatchNorm.</summary>
    public abstract T Visit(BatchNorm layer);

    /// <summary>For a GroupNorm.</summary>
    public abstract T Visit(GroupNorm layer);

    /// <summary>For a LayerNorm.</summary>
    public abstract T Visit(LayerNorm layer);

    /// <summary>For an activation.</summary>
    public abstract T Visit(Activation layer);

    /// <summary>For an activation with trained slopes.</summary>
    public abstract T Visit(PRelu layer);

    /// <summary>For max pooling.</summary>
    public abstract T Visit(MaxPool layer);

    /// <summary>For average pooling.</summary>
    public abstract T Visit(AveragePool layer);

    /// <summary>For global average pooling.</summary>
    public abstract T Visit(GlobalAveragePool layer);

    /// <summary>For an enlargement.</summary>
    public abstract T Visit(Upsample layer);

    /// <summary>For a sum.</summary>
    public abstract T Visit(Add layer);

    /// <summary>For a product.</summary>
    public abstract T Visit(Multiply layer);

    /// <summary>For a concatenation.</summary>
    public abstract T Visit(Concat layer);

    /// <summary>For a selection of channels.</summary>
    public abstract T Visit(Select layer);

    /// <summary>For a per-channel shift.</summary>
    public abstract T Visit(Shift layer);

    /// <summary>For a fixed factor per channel.</summary>
    public abstract T Visit(Factor layer);

    /// <summary>For flattening.</summary>
    public abstract T Visit(Flatten layer);

    /// <summary>For a linear layer.</summary>
    public abstract T Visit(Linear layer);

    /// <summary>For dropout.</summary>
    public abstract T Visit(Dropout layer);

    /// <summary>For a layer of a kind that a program added.</summary>
    public abstract T Visit(CustomLayer layer);
}
