namespace SlimSharp.Onnx;

/// <summary>What an exported network reads.</summary>
public enum OnnxPixels
{
    /// <summary>32-bit numbers, N×C×H×W, normalised by the caller.</summary>
    Normalized,

    /// <summary>Bytes as they are in images, N×C×H×W; the file normalises them.</summary>
    Bytes,

    /// <summary>Bytes, N×H×W×C, as cameras and decoders give them; the file reorders and normalises them.</summary>
    BytesChannelsLast,
}
