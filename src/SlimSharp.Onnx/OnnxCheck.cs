using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>Holds a written model against the network it was made from.</summary>
public static class OnnxCheck
{
    /// <summary>The largest difference allowed, relative to the largest output.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>
    /// The largest difference between what ONNX Runtime computes from the model and what the network itself computes in double precision, relative to the largest output.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="images">The images to compare on, all at once.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    /// <exception cref="OnnxException">ONNX Runtime refuses the model, or outputs are no numbers or of another count.</exception>
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
        var theirs = session.Run(images, rows, normalization);
        using var exact = new Model(network, weights.Copy(torch.float64));
        exact.eval();
        using var batch = Batches.InOrder(images, normalization).Make(rows);
        using var grad = torch.no_grad();
        using var wide = batch.Images.to(torch.float64);
        var outputs = exact.Run(
            new Dictionary<string, torch.Tensor> { [network.Inputs.Single().Name] = wide },
            [network.Outputs[0]]
        );
        using var output = outputs[network.Outputs[0]];
        return Difference(Floats.Of(output), theirs);
    }

    private static double Difference(float[] ours, float[] theirs)
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
