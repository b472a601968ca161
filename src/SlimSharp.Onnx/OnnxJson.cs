using System.Text.Json.Serialization;

namespace SlimSharp.Onnx;

/// <summary>How metadata are written as JSON.</summary>
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class OnnxJson : JsonSerializerContext;
