namespace SlimSharp.Onnx;

/// <summary>A model cannot be written, read or run; the message says why.</summary>
public sealed class OnnxException(string message, Exception? inner = null) : SlimSharpException(message, inner);
