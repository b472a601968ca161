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
    private const long WorkFloor = 20_000_000_000; // multiply-adds that may be done for a file even if it is tiny
    private const long WorkPerByte = 200_000; // and for each of its bytes: of images of 400×400, one for each weight

    /// <summary>
    /// The largest difference between the file's outputs in ONNX Runtime and the network's in double precision,
    /// relative to the largest output.
    /// </summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="network">What was read from it; inputs and outputs in the file's order.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <exception cref="OnnxException">
    /// It is more than <see cref="OnnxCheck.Allowed(Network, Weights, IReadOnlyDictionary{string, torch.Tensor})"/>,
    /// ONNX Runtime refuses the file, or outputs are no numbers or of another count.
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

    // A few bytes can say how large an image is, and how many of them come at a time.
    private static void CheckWork(string path, Network network, long batch)
    {
        var length = ReadBudget.LengthOf(path);
        new ReadBudget("", length, sentence => new OnnxException(sentence)).Take(
            batch,
            OnnxCheck.Bytes(network),
            "the values that it is compared on"
        );
        var work = (Int128)NetworkCost.Of(network).Macs * batch;
        if (ReadBudget.Given is null && work > WorkFloor + (Int128)WorkPerByte * length)
            throw new OnnxException(
                $"comparing it with ONNX Runtime takes {(double)work:G2} multiply-adds on {batch} samples, too many for a file of {length} bytes; "
                    + $"{(batch > Samples ? "export it with an open batch size, or, " : "")}if you trust it, allow more memory: {ReadBudget.Variable}=8GB in the environment."
            );
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
        using var batch = ImageBatches.InOrder(images, normalization).Make(rows);
        var inputs = new Dictionary<string, torch.Tensor> { [input.Name] = batch.Images };
        var exact = OnnxCheck.Exact(network, weights, inputs);
        return (
            OnnxCheck.Difference(exact[0], session.Run(images, rows, normalization)),
            OnnxCheck.Allowed(network, weights, inputs, exact)
        );
    }

    private static (double Found, double Allowed) Difference(string path, Network network, Weights weights)
    {
        using var scope = torch.NewDisposeScope();
        using var session = new OnnxSession(File.ReadAllBytes(path));
        var batch = session.Batch > 0 ? session.Batch : Samples;
        CheckWork(path, network, batch);
        if (session.ReadsBytes)
            return OnBytes(path, session, network, weights, (int)batch);
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
            var exact = OnnxCheck.Exact(network, weights, noise);
            return (exact.Zip(theirs, OnnxCheck.Difference).Max(), OnnxCheck.Allowed(network, weights, noise, exact));
        }
        finally
        {
            foreach (var value in given.Values)
                value.Dispose();
        }
    }
}
