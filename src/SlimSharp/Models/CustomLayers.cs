using System.Collections.Concurrent;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// The layer kinds that a program adds: from then on they are trained, cut around, stored and read as the library's
/// own.
/// </summary>
public static class CustomLayers
{
    private static readonly ConcurrentDictionary<Type, Func<CustomLayer, LayerRun, torch.Tensor>> Runs = [];

    /// <summary>
    /// Adds a kind. Do it before such a layer is run, stored or read, as at the start of the program; adding it again
    /// changes nothing but <paramref name="run"/>.
    /// </summary>
    /// <typeparam name="T">
    /// The kind: a record of its settings, which says its shape, parameters and, if they can be cut, its channels.
    /// </typeparam>
    /// <param name="name">What files call it, as in "swish"; it must not change as long as there are files.</param>
    /// <param name="run">
    /// Computes its output. It is differentiated by the framework; tensors made on the way are disposed.
    /// </param>
    /// <exception cref="NetworkException">Another kind has this name, or this kind another one.</exception>
    public static void Add<T>(string name, Func<T, LayerRun, torch.Tensor> run)
        where T : CustomLayer
    {
        ArgumentNullException.ThrowIfNull(run);
        LayerNames.Add(name, typeof(T));
        Runs[typeof(T)] = (layer, with) => run((T)layer, with);
    }

    /// <summary>What the layer makes of its inputs; the caller disposes it.</summary>
    internal static torch.Tensor Run(string node, CustomLayer layer, LayerRun run)
    {
        if (!Runs.TryGetValue(layer.GetType(), out var compute))
            throw new NetworkException(
                $"The layer '{node}' is of the kind {layer.GetType().Name}, of which nobody says how it is computed; add the kind with CustomLayers.Add."
            );
        using var scope = torch.NewDisposeScope();
        var made = compute(layer, run);
        if (made is null || made.IsInvalid || run.Inputs.Any(i => i.IsInvalid))
            throw new NetworkException(
                $"The layer '{node}' ({layer.GetType().Name}) made no tensor, or disposed of one that it was given; "
                    + "what CustomLayers.Add was told must give back its output and leave its inputs alone."
            );
        var shape = layer.Output([.. run.Inputs.Select(i => Shape.Of(i.shape))]);
        if (!made.shape.AsSpan().SequenceEqual(shape.Sizes(run.Input.shape[0])))
            throw new NetworkException(
                $"The layer '{node}' ({layer.GetType().Name}) made {string.Join('×', made.shape)}, but its shape is N×{shape}."
            );
        // What it was given stays whose it was.
        return (run.Gave(made) ? made.alias() : made).MoveToOuterDisposeScope();
    }
}
