using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// The images that a cut is judged, recalibrated and measured on: those that were given, which must fit, or else those
/// of the data that the file names, which may be gone or be of other classes. A cut needs none of them.
/// </summary>
internal sealed class CutImages
{
    private readonly SlimFile _file;
    private readonly CancellationToken _stop;
    private readonly Lazy<(TrainAndTest? Sets, string? Missing)> _found;
    private readonly Lazy<string?> _whyNot;

    /// <exception cref="SlimSharpException">
    /// The images that were given cannot be read, or are not those that the network takes.
    /// </exception>
    internal CutImages(Journal journal, SlimFile file, DataOptions? given, CancellationToken stop)
    {
        (_file, _stop) = (file, stop);
        _found = new(() => given is null ? Own(journal) : (ImageSets.For(journal, file, given, stop), null));
        _whyNot = new(WhyNot);
        if (given is null || _found.Value.Sets is not { } sets || (sets.Train ?? sets.Test) is not { } any)
            return;
        ImageSets.WarnOfSeen(journal, file, given, sets.Validation);
        any.CheckFits(file.Network);
        if (any.HasLabels && Classification.NoClasses(file.Network) is null)
            Classification.CheckClasses(file.Network, any);
    }

    /// <summary>Why no accuracy can be measured, as the end of a sentence; null where it can.</summary>
    internal string? Missing => _whyNot.Value;

    /// <summary>Loss and accuracy on the validation images; null where they cannot be measured.</summary>
    internal Score? Score(Model model) =>
        Missing is null ? Evaluation.Of(model, _found.Value.Sets!.Validation!, _file.Normalization!, _stop) : null;

    /// <summary>The training images.</summary>
    /// <param name="purpose">What needs them.</param>
    /// <exception cref="ExperimentException">There are none.</exception>
    internal ImageSet Train(string purpose) =>
        _found.Value.Sets?.Train
        ?? throw new ExperimentException(
            $"{purpose} needs training images: {_found.Value.Missing ?? "there are none among the images"}."
        );

    private (TrainAndTest? Sets, string? Missing) Own(Journal journal)
    {
        if (_file.Data is not { } data)
            return (null, "the file names no data; give a path of images (DataOptions.Path)");
        if (!Path.Exists(data.Path))
            return (
                null,
                $"the data that the file names are not where they were ({data.Path}); give a path of images (DataOptions.Path)"
            );
        try
        {
            var sets = ImageSets.For(journal, _file, data, _stop);
            (sets.Train ?? sets.Test)!.CheckFits(_file.Network);
            return (sets, null);
        }
        catch (Exception e) when (e is SlimSharpException or IOException or UnauthorizedAccessException)
        {
            return (null, e.Message.TrimEnd('.'));
        }
    }

    private string? WhyNot()
    {
        if (_found.Value is not { Sets: { } sets })
            return _found.Value.Missing;
        if (_file.Normalization is null)
            return "the file does not say how images are normalised; say how (SlimFile.Normalization)";
        if (sets.Validation is not { } validation)
            return "no validation images are held out; give DataOptions.Path, and DataOptions.Validation a share above 0";
        try
        {
            Classification.CheckClasses(_file.Network, validation);
            return null;
        }
        catch (DataException e)
        {
            return e.Message.TrimEnd('.');
        }
    }
}
