using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SlimSharp.Models;
using SlimSharp.Onnx;
using TorchSharp;

namespace SlimSharp.Latency;

/// <summary>A model in a runtime, ready to be run again and again on the same images.</summary>
public sealed class Contestant : IDisposable
{
    private readonly Action _run;
    private readonly ImmutableArray<IDisposable> _owned;
    private readonly InferenceSession? _session;

    private Contestant(Action run, InferenceSession? session, params ImmutableArray<IDisposable> owned) =>
        (_run, _session, _owned) = (run, session, owned);

    /// <summary>A model in ONNX Runtime, on noise.</summary>
    /// <param name="model">The bytes of a file with one input, of numbers or bytes.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="threads">Threads of one operator.</param>
    /// <param name="profiled">
    /// Whether the time of each operator is taken, too, which makes the whole a little slower.
    /// </param>
    /// <exception cref="OnnxException">ONNX Runtime refuses it, or it does not take so many images.</exception>
    public static Contestant Onnx(byte[] model, int batch, int threads, bool profiled = false)
    {
        using var options = OnnxSession.Options(threads, profiled);
        var session = OnnxSession.Open(model, options);
        var (name, outputs, run) = (session.InputNames[0], session.OutputNames, new RunOptions());
        var input = Noise(session.InputMetadata[name], name, batch);
        var inputs = new Dictionary<string, OrtValue> { [name] = input };
        void Run()
        {
            try
            {
                session.Run(run, inputs, outputs).Dispose();
            }
            catch (OnnxRuntimeException e)
            {
                throw new OnnxException($"ONNX Runtime cannot run the model on {batch} images: {e.Message}", e);
            }
        }
        return new(Run, session, input, run, session);
    }

    /// <summary>A network in libtorch, on noise.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its numbers, which are copied.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="bfloat16">Whether to compute in bfloat16.</param>
    public static Contestant Torch(
        Networks.Network network,
        Weights weights,
        int batch,
        torch.Device device,
        bool bfloat16 = false
    )
    {
        var model = new Model(network, weights.Copy(torch.float32, device)) { Options = new() { BFloat16 = bfloat16 } };
        model.eval();
        var input = torch.rand(
            [.. network.Shapes[network.Inputs.First().Name].Sizes(batch)],
            device: device,
            dtype: torch.float32
        );
        input.DetachFromDisposeScope();
        void Run()
        {
            using var scope = torch.NewDisposeScope();
            using var still = torch.no_grad();
            model.forward(input);
            if (device.type == DeviceType.CUDA)
                torch.cuda.synchronize(device);
        }
        return new(Run, null, input, model);
    }

    /// <summary>Runs once.</summary>
    public void Run() => _run();

    /// <summary>
    /// Median milliseconds of every operator, in the order in which they run. Only once, and only where the time of
    /// each was taken.
    /// </summary>
    /// <param name="warmUp">How many runs at the beginning do not count.</param>
    internal IReadOnlyList<(string Name, double Milliseconds)> Operators(int warmUp)
    {
        var runs = OnnxProfile.End(_session!).Skip(warmUp).ToArray();
        return [.. runs[0].Select((o, i) => (o.Name, Timing.Of(runs.Select(r => r[i].Milliseconds)).Median))];
    }

    private static OrtValue Noise(NodeMetadata input, string name, int batch)
    {
        long[] sizes = [.. input.Dimensions.Select(d => (long)d)];
        if (sizes.Length == 0 || sizes.Skip(1).Any(s => s < 1))
            throw new OnnxException(
                $"The input '{name}' has sizes that the model leaves open beside the batch, so it cannot be timed."
            );
        if (sizes[0] < 1)
            sizes[0] = batch;
        else if (sizes[0] != batch)
            throw new OnnxException($"The model takes {sizes[0]} images at a time, not {batch}.");
        var count = sizes.Aggregate(1L, (a, b) => a * b);
        var random = new Random(0);
        if (input.ElementDataType == TensorElementType.UInt8)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return OrtValue.CreateTensorValueFromMemory(bytes, sizes);
        }
        if (input.ElementDataType != TensorElementType.Float)
            throw new OnnxException(
                $"The input '{name}' is of the type {input.ElementDataType}; only 32-bit numbers and bytes can be timed."
            );
        var numbers = new float[count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = random.NextSingle();
        return OrtValue.CreateTensorValueFromMemory(numbers, sizes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
    }
}
