using Microsoft.ML.OnnxRuntime;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>Holds networks against the ONNX files that they were read from: on noise, in ONNX Runtime.</summary>
public static class ImportCheck
{
    private const int Samples = 2; // so that it shows if they mix
    private const long MostNumbers = 1L << 26;

    /// <summary>
    /// The largest difference between the file's outputs in ONNX Runtime and the network's in double precision,
    /// relative to the largest output.
    /// </summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="network">What was read from it; inputs and outputs in the file's order.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <exception cref="OnnxException">
    /// It is more than <see cref="OnnxCheck.Allowed(Network, Weights, IReadOnlyDictionary{string, torch.Tensor})"/>, ONNX
    /// Runtime refuses the file, or outputs are no numbers or of another count.
    /// </exception>
    public static double Run(string path, Network network, Weights weights)
    {
        try
        {
            var (difference, allowed) = Difference(path, network, weights);
            return difference <= allowed
                ? difference
                : throw new OnnxException(
                    $"on noise, what was read differs from what ONNX Runtime computes by {difference:G2} of the largest "
                        + $"output, more than {allowed:G2}, so it is another network; "
                        + "some operator is read as something else."
                );
        }
        catch (OnnxException e)
        {
            throw new OnnxException($"{path}: {e.Message}", e);
        }
    }

    // What such a file does to bytes is the network's normalisation.
    private static (double Found, double Allowed) OnBytes(
        string path,
        OnnxSession session,
        Network network,
        Weights weights,
        int count
    )
    {
        var normalization =
            OnnxImport.NormalizationOf(OnnxModel.Load(path))
            ?? throw new OnnxException("it reads bytes, but does not begin with their normalisation.");
        var input = network.Inputs.Single();
        var pixels = new byte[count * network.Shapes[input.Name].Count];
        new Random(0).NextBytes(pixels);
        var images = new ImageSet("noise", network.Shapes[input.Name], pixels, new int[count], ["none"]);
        int[] rows = [.. Enumerable.Range(0, count)];
        using var batch = Batches.InOrder(images, normalization).Make(rows);
        var inputs = new Dictionary<string, torch.Tensor> { [input.Name] = batch.Images };
        var exact = OnnxCheck.Exact(network, weights, inputs);
        return (
            OnnxCheck.Difference(exact[0], session.Run(images, rows, normalization)),
            OnnxCheck.Allowed(network, weights, inputs)
        );
    }

    private static (double Found, double Allowed) Difference(string path, Network network, Weights weights)
    {
        using var scope = torch.NewDisposeScope();
        using var session = new OnnxSession(File.ReadAllBytes(path));
        var batch = session.Batch > 0 ? session.Batch : Samples;
        if (session.ReadsBytes)
            return OnBytes(path, session, network, weights, (int)batch);
        if (network.Inputs.Sum(i => network.Shapes[i.Name].Count) * batch > MostNumbers)
            throw new OnnxException(
                $"it takes {batch} samples at a time, too many to compare with; export it with an open batch."
            );
        var random = new Randomness(0, Randomness.Name("noise"));
        var noise = new Dictionary<string, torch.Tensor>();
        var given = new Dictionary<string, OrtValue>();
        try
        {
            foreach (var (input, name) in network.Inputs.Zip(session.InputNames))
            {
                var sizes = network.Shapes[input.Name].Sizes(batch);
                var values = new float[sizes.Aggregate((a, b) => a * b)];
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)random.NextNormal();
                noise[input.Name] = torch.tensor(values).reshape(sizes);
                given[name] = OrtValue.CreateTensorValueFromMemory(values, sizes);
            }
            var theirs = session.Run(given, session.OutputNames);
            return (
                OnnxCheck.Exact(network, weights, noise).Zip(theirs, OnnxCheck.Difference).Max(),
                OnnxCheck.Allowed(network, weights, noise)
            );
        }
        finally
        {
            foreach (var value in given.Values)
                value.Dispose();
        }
    }
}
