namespace SlimSharp.Data;

/// <summary>Training images, held-out images to choose with, and test images for the final figure.</summary>
/// <param name="Train">To train on; null if there are none.</param>
/// <param name="Test">For the final figure only; null if there are none.</param>
public sealed record TrainAndTest(ImageSet? Train, ImageSet? Test)
{
    private const long HoldOutSeed = 20210817;

    /// <summary>Held out of the training images, to choose with; null if nothing is held out.</summary>
    public ImageSet? Validation { get; init; }

    /// <summary>The published normalisation of this data, or null where it is to be measured on the training images.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The published normalisation where there is one for these channels; otherwise that of the training images.</summary>
    public Normalization NormalizationForTraining() =>
        Normalization is { } published && published.Mean.Length == Train?.Shape.Channels
            ? published
            : Data.Normalization.Of(
                Train ?? throw new DataException("There are no training images to measure the normalisation on.")
            );

    /// <summary>The same with every set changed.</summary>
    public TrainAndTest Map(Func<ImageSet, ImageSet> change) =>
        this with
        {
            Train = Train is null ? null : change(Train),
            Test = Test is null ? null : change(Test),
        };

    /// <summary>Holds out that share of the training images: always the same ones, whatever a run's seed.</summary>
    /// <exception cref="DataException">The share is not in [0, 1), or leaves nothing.</exception>
    public TrainAndTest HoldOut(double share)
    {
        if (share is not (>= 0 and < 1))
            throw new DataException($"The share of validation images is {share}, but must lie in [0, 1).");
        if (Train is null || share == 0)
            return this;
        var (rest, heldOut) = Train.HoldOut(share, HoldOutSeed);
        return rest.Count > 0 && heldOut.Count > 0
            ? this with
            {
                Train = rest,
                Validation = heldOut,
            }
            : throw new DataException(
                $"{Train.Name}: {Train.Count} images are too few to hold out a share of {share}. Give --validation 0."
            );
    }

    /// <summary>Both sets with the classes of the one that has more, after checking that they are the same set of images in kind.</summary>
    /// <exception cref="DataException">Classes or shapes differ.</exception>
    public static TrainAndTest WithCommonClasses(ImageSet? train, ImageSet? test)
    {
        if (train is null || test is null)
            return new(train, test);
        if (train.Shape != test.Shape)
            throw new DataException(
                $"{test.Name}: test images are {test.Shape}, but training images are {train.Shape}. Give --size."
            );
        var (more, fewer) = train.Classes.Length >= test.Classes.Length ? (train, test) : (test, train);
        if (!fewer.Classes.SequenceEqual(more.Classes.Take(fewer.Classes.Length)))
            throw new DataException($"{test.Name}: its classes are not those of {train.Name}.");
        return new(WithClasses(train, more), WithClasses(test, more));
    }

    private static ImageSet WithClasses(ImageSet set, ImageSet named) =>
        set.Classes.Length == named.Classes.Length
            ? set
            : new(set.Name, set.Shape, set.Pixels, set.Labels, named.Classes);
}
