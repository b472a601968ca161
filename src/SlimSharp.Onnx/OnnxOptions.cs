namespace SlimSharp.Onnx;

/// <summary>How a network is written.</summary>
public sealed record OnnxOptions
{
    /// <summary>BatchNorms become part of the convolution or linear layer that alone feeds them.</summary>
    public bool FoldBatchNorms { get; init; } = true;

    /// <summary>What the file reads.</summary>
    public OnnxPixels Pixels { get; init; } = OnnxPixels.Normalized;
}
