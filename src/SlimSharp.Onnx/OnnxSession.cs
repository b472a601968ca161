using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SlimSharp.Data;
using SlimSharp.Models;

namespace SlimSharp.Onnx;

/// <summary>
/// A model in ONNX Runtime, on the processor. Of several inputs and outputs the first counts, unless they are named.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _input;

    /// <summary>Loads a model.</summary>
    /// <param name="model">The bytes of a file.</param>
    /// <param name="threads">Threads of one operator; operators run one after another.</param>
    /// <exception cref="OnnxException">ONNX Runtime refuses it.</exception>
    public OnnxSession(byte[] model, int threads = 1)
    {
        using var options = Options(threads);
        _session = Open(model, options);
        _input = _session.InputNames[0];
    }

    /// <summary>The names of what it reads, in order.</summary>
    internal IReadOnlyList<string> InputNames => _session.InputNames;

    /// <summary>The names of what it makes, in order.</summary>
    internal IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>How many samples it takes at a time; 0 for any number.</summary>
    internal int Batch => Math.Max(_session.InputMetadata[_input].Dimensions.FirstOrDefault(), 0);

    /// <summary>
    /// Operators one after another, each with so many threads, and if <paramref name="profiled"/> with the time of
    /// each; the caller disposes them.
    /// </summary>
    public static SessionOptions Options(int threads, bool profiled = false)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (profiled)
        {
            options.ProfileOutputPathPrefix = Path.Combine(Path.GetTempPath(), $"slimsharp-{Guid.NewGuid():N}");
            options.EnableProfiling = true; // with the prefix that is set by now
        }
        return options;
    }

    /// <summary>ONNX Runtime's own session; the caller disposes it.</summary>
    /// <exception cref="OnnxException">ONNX Runtime refuses the model.</exception>
    public static InferenceSession Open(byte[] model, SessionOptions options)
    {
        try
        {
            return new(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxException($"ONNX Runtime refuses the model: {e.Message}", e);
        }
    }

    /// <summary>True where the model reads bytes, and not numbers.</summary>
    internal bool ReadsBytes => _session.InputMetadata[_input].ElementDataType == TensorElementType.UInt8;

    /// <summary>The first output, in row-major order.</summary>
    /// <param name="values">The input's elements in row-major order.</param>
    /// <param name="sizes">Its shape, with the batch.</param>
    /// <exception cref="OnnxException">The input is not what the model reads.</exception>
    public float[] Run<T>(T[] values, params long[] sizes)
        where T : unmanaged
    {
        using var input = OrtValue.CreateTensorValueFromMemory(values, sizes);
        return Run(new Dictionary<string, OrtValue> { [_input] = input }, [_session.OutputNames[0]])[0];
    }

    /// <summary>Outputs by name, each in row-major order.</summary>
    internal float[][] Run(IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputs)
    {
        try
        {
            using var results = _session.Run(_options, inputs, outputs);
            return [.. results.Select(r => r.GetTensorDataAsSpan<float>().ToArray())];
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxException($"ONNX Runtime could not run the model: {e.Message}", e);
        }
    }

    /// <summary>The first output for some images, in the form in which the model reads them.</summary>
    /// <param name="set">The images.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="normalization">What is done to bytes before a model that reads numbers sees them.</param>
    public float[] Run(ImageSet set, int[] rows, Normalization normalization) =>
        Run(set, rows, normalization, [_session.OutputNames[0]])[0];

    /// <summary>The same for outputs by name.</summary>
    internal float[][] Run(ImageSet set, int[] rows, Normalization normalization, IReadOnlyCollection<string> outputs)
    {
        float[][] Of<T>(T[] values, params long[] sizes)
            where T : unmanaged
        {
            using var input = OrtValue.CreateTensorValueFromMemory(values, sizes);
            return Run(new Dictionary<string, OrtValue> { [_input] = input }, outputs);
        }
        var (shape, input) = (set.Shape, _session.InputMetadata[_input]);
        if (!ReadsBytes)
        {
            using var batch = ImageBatches.InOrder(set, normalization).Make(rows);
            return Of(Numbers.ReadSingle(batch.Images), batch.Images.shape);
        }
        var isChannelsLast = input.Dimensions is [_, var height, _, _] && height != shape.Channels;
        var bytes = new byte[rows.Length * shape.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var image = set.Image(rows[i]);
            var place = bytes.AsSpan((int)(i * shape.Count), (int)shape.Count);
            for (var j = 0; j < place.Length; j++)
                place[isChannelsLast ? j % shape.Area * shape.Channels + j / shape.Area : j] = image[j];
        }
        return isChannelsLast
            ? Of(bytes, rows.Length, shape.Height, shape.Width, shape.Channels)
            : Of(bytes, rows.Length, shape.Channels, shape.Height, shape.Width);
    }

    /// <summary>
    /// The share of images, in [0, 1], whose class has the largest output; of several outputs the mean.
    /// </summary>
    /// <param name="set">The images.</param>
    /// <param name="normalization">What is done to bytes before a model that reads numbers sees them.</param>
    /// <param name="batchSize">Images at a time.</param>
    public double Accuracy(ImageSet set, Normalization normalization, int batchSize = 64)
    {
        var correct = 0;
        for (var begin = 0; begin < set.Count; begin += batchSize)
        {
            int[] rows = [.. Enumerable.Range(begin, Math.Min(batchSize, set.Count - begin))];
            foreach (var output in Run(set, rows, normalization, OutputNames))
                correct += Classes(output, rows.Length).Zip(rows).Count(c => c.First == set.Labels[c.Second]);
        }
        return (double)correct / OutputNames.Count / set.Count;
    }

    /// <summary>The class with the largest output, for each image.</summary>
    internal static int[] Classes(float[] outputs, int images)
    {
        var classes = outputs.Length / images;
        return
        [
            .. Enumerable
                .Range(0, images)
                .Select(i => TensorPrimitives.IndexOfMax<float>(outputs.AsSpan(i * classes, classes))),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }
}
