using System.Collections.Concurrent;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// How layers of kinds that a program added (<see cref="CustomLayers"/>) are written as ONNX operators.
/// </summary>
public static class CustomNodes
{
    private static readonly ConcurrentDictionary<Type, Func<CustomLayer, NodeWriter, string>> Writers = [];

    /// <summary>Says how layers of a kind are written.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="write">Adds the operators and returns the name of the value that is the layer's output.</param>
    public static void Add<T>(Func<T, NodeWriter, string> write)
        where T : CustomLayer => Writers[typeof(T)] = (layer, writer) => write((T)layer, writer);

    internal static string Write(string node, CustomLayer layer, NodeWriter writer) =>
        Writers.TryGetValue(layer.GetType(), out var write)
            ? write(layer, writer)
            : throw new NetworkException(
                $"The layer '{node}' is of the kind {layer.GetType().Name}, of which nobody says what it is in ONNX; say it with CustomNodes.Add."
            );
}
