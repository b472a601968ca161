using Microsoft.ML.OnnxRuntime;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>Holds a written model against the network it was made from, which computes in double precision.</summary>
public static class OnnxCheck
{
    /// <summary>The difference that is always allowed, relative to the largest output.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>The largest difference that is ever allowed: beyond it a mistake could hide behind rounding.</summary>
    public const double LargestTolerance = 1e-3;

    private const double RoundingRatio = 10; // of two float32 computations of one function, in other orders

    /// <summary>
    /// The largest difference between ONNX Runtime's first output and the network's on some images, relative to the
    /// largest output.
    /// </summary>
    /// <param name="model">The model; it may read bytes.</param>
    /// <param name="network">The network, with one input.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="images">The images to compare on, all at once.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    /// <exception cref="OnnxException">
    /// ONNX Runtime refuses the model, or outputs are no numbers or of another count.
    /// </exception>
    public static double Difference(
        OnnxModel model,
        Network network,
        Weights weights,
        ImageSet images,
        Normalization normalization
    )
    {
        int[] rows = [.. Enumerable.Range(0, images.Count)];
        using var session = new OnnxSession(model.ToBytes());
        using var batch = ImageBatches.InOrder(images, normalization).Make(rows);
        var inputs = new Dictionary<string, torch.Tensor> { [network.Inputs.Single().Name] = batch.Images };
        var theirs = session.Run(images, rows, normalization, session.OutputNames);
        return Exact(network, weights, inputs).Zip(theirs, Difference).Max();
    }

    /// <summary>The same for all outputs, on inputs of N×C×H×W or N×C by name.</summary>
    /// <exception cref="OnnxException">
    /// ONNX Runtime refuses the model, or outputs are no numbers or of another count.
    /// </exception>
    public static double Difference(
        OnnxModel model,
        Network network,
        Weights weights,
        IReadOnlyDictionary<string, torch.Tensor> inputs
    )
    {
        using var session = new OnnxSession(model.ToBytes());
        var given = inputs.ToDictionary(
            i => i.Key,
            i => OrtValue.CreateTensorValueFromMemory(Numbers.ReadSingle(i.Value), i.Value.shape)
        );
        try
        {
            var theirs = session.Run(given, network.Outputs);
            return Exact(network, weights, inputs).Zip(theirs, Difference).Max();
        }
        finally
        {
            foreach (var value in given.Values)
                value.Dispose();
        }
    }

    /// <summary>
    /// The difference allowed on these inputs. In float32 outputs are only so exact as their conditioning lets them be,
    /// in whatever runtime: where the network itself, in float32, is further from what it computes in double precision
    /// than <see cref="Tolerance"/> has room for, ten times that distance is allowed, up to
    /// <see cref="LargestTolerance"/>.
    /// </summary>
    /// <exception cref="OnnxException">Outputs are no numbers.</exception>
    public static double Allowed(Network network, Weights weights, IReadOnlyDictionary<string, torch.Tensor> inputs) =>
        Allowed(network, weights, inputs, Exact(network, weights, inputs));

    /// <summary>The same, where what the network computes in double precision is known already.</summary>
    internal static double Allowed(
        Network network,
        Weights weights,
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        float[][] exact
    )
    {
        var rounding = exact.Zip(Computed(network, weights, inputs, torch.float32), Difference).Max();
        return Math.Clamp(RoundingRatio * rounding, Tolerance, LargestTolerance);
    }

    /// <summary>The same on images, all at once, whose bytes are normalised.</summary>
    /// <exception cref="OnnxException">Outputs are no numbers.</exception>
    public static double Allowed(Network network, Weights weights, ImageSet images, Normalization normalization)
    {
        using var batch = ImageBatches.InOrder(images, normalization).Make([.. Enumerable.Range(0, images.Count)]);
        return Allowed(
            network,
            weights,
            new Dictionary<string, torch.Tensor> { [network.Inputs.Single().Name] = batch.Images }
        );
    }

    /// <summary>
    /// Standard normal numbers for every input, the range that normalised data have, for networks of which no
    /// normalisation is known; the caller disposes them.
    /// </summary>
    public static IReadOnlyDictionary<string, torch.Tensor> Noise(Network network, int count)
    {
        using var scope = torch.NewDisposeScope();
        return network.Inputs.ToDictionary(
            i => i.Name,
            i =>
                RandomWeights
                    .Inputs(network.Shapes[i.Name], count, Randomness.Name(i.Name))
                    .to(torch.float32)
                    .DetachFromDisposeScope()
        );
    }

    /// <summary>
    /// How a quantised network in ONNX Runtime, on this processor, agrees with <see cref="Simulation"/>: the share of
    /// images, in [0, 1], on which both choose one class (of several outputs the mean), and the largest difference
    /// relative to the largest output. Ties of rounding differ from runtime to runtime; saturating products show as
    /// much more.
    /// </summary>
    /// <param name="model">The written network.</param>
    /// <param name="quantized">The network.</param>
    /// <param name="images">The images to compare on, all at once.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    public static (double SameClass, double Difference) Agreement(
        OnnxModel model,
        QuantizedNetwork quantized,
        ImageSet images,
        Normalization normalization
    )
    {
        int[] rows = [.. Enumerable.Range(0, images.Count)];
        using var session = new OnnxSession(model.ToBytes());
        var outputs = quantized.Folded.Network.Outputs;
        var theirs = session.Run(images, rows, normalization, session.OutputNames);
        using var batch = ImageBatches.InOrder(images, normalization).Make(rows);
        using var scope = torch.NewDisposeScope();
        var simulated = Simulation.RunAll(quantized, batch.Images);
        var ours = outputs.Select(o => Numbers.ReadSingle(simulated[o])).ToArray();
        double Same(float[] one, float[] other) =>
            OnnxSession
                .Classes(one, rows.Length)
                .Zip(OnnxSession.Classes(other, rows.Length))
                .Count(c => c.First == c.Second);
        return (ours.Zip(theirs, Same).Average() / rows.Length, ours.Zip(theirs, Difference).Max());
    }

    /// <summary>
    /// Bytes that computing one sample in double precision takes at most at a time: values that are still read, and
    /// windows of an image laid out side by side.
    /// </summary>
    internal static long Bytes(Network network)
    {
        var (now, most) = (0L, 0L);
        foreach (var step in Schedule.Of(network, ScheduleOptions.Plain, network.Outputs).Steps)
        {
            now += network.Shapes[step.Result].Count;
            most = Math.Max(most, now + Scratch(network, network[step.Result]));
            now -= step.Frees.Sum(f => network.Shapes[f].Count);
        }
        return checked(most * sizeof(double));
    }

    private static long Scratch(Network network, Node node) => node.Layer.Scratch(network.InputShapes(node));

    internal static float[][] Exact(
        Network network,
        Weights weights,
        IReadOnlyDictionary<string, torch.Tensor> inputs
    ) => Computed(network, weights, inputs, torch.float64);

    // What the network itself computes.
    private static float[][] Computed(
        Network network,
        Weights weights,
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        torch.ScalarType type
    )
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var model = new Model(network, weights.Copy(type));
        model.eval();
        var outputs = model.Run(inputs.ToDictionary(i => i.Key, i => i.Value.to(type)));
        return [.. network.Outputs.Select(o => Numbers.ReadSingle(outputs[o]))];
    }

    internal static double Difference(float[] ours, float[] theirs)
    {
        if (theirs.Length != ours.Length)
            throw new OnnxException($"ONNX Runtime gives {theirs.Length} outputs in place of {ours.Length}.");
        var (largest, difference) = (0.0, 0.0);
        for (var i = 0; i < ours.Length; i++)
        {
            if (!float.IsFinite(ours[i]) || !float.IsFinite(theirs[i]))
                throw new OnnxException("Outputs of the network or of ONNX Runtime are no numbers.");
            largest = Math.Max(largest, Math.Abs(ours[i]));
            difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
        }
        return difference == 0 ? 0 : difference / largest;
    }
}
