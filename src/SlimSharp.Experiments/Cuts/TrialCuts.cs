using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>The cliff, seen before the fall: accuracy against what a cut would leave.</summary>
public static class TrialCuts
{
    private const int Most = 5000; // images are enough to tell a point

    /// <summary>Tries cuts on the validation images of a file's data; the file says how they are normalised.</summary>
    /// <param name="journal">What is told how far it has come.</param>
    /// <param name="file">The file.</param>
    /// <param name="sets">The images.</param>
    /// <param name="path">Where those are, for sentences.</param>
    /// <exception cref="DataException">There are no validation images.</exception>
    public static CliffCurve Measure(Journal journal, SlimFile file, TrainAndTest sets, string path)
    {
        var train =
            sets.Train ?? throw new DataException($"In '{path}' there are no training images to recalibrate on.");
        var heldOut =
            sets.Validation
            ?? throw new DataException(
                $"No images of '{path}' are held out to try cuts on. "
                    + "Give DataOptions.Validation the share that it had in training; if that was 0, train again with more, for images that were trained on say little."
            );
        if (heldOut.Count > Most)
            heldOut = heldOut.Subset(heldOut.Spread(Most));
        using var model = file.ToModel();
        return CliffCurve.Of(model, train, heldOut, file.Normalization!, progress: journal.Progress("trying cuts"));
    }
}
