namespace SlimSharp.Data;

/// <summary>Training images, held-out images to choose with, and test images for the final figure.</summary>
/// <param name="Train">To train on; null if there are none.</param>
/// <param name="Test">For the final figure only; null if there are none.</param>
public sealed record TrainAndTest(ImageSet? Train, ImageSet? Test)
{
    /// <summary>What decides which images are held out for validation.</summary>
    internal const long HoldOutSeed = 20210817;

    private const long TestSeed = 20261128;

    /// <summary>Held out of the training images, to choose with; null if nothing is held out.</summary>
    public ImageSet? Validation { get; init; }

    /// <summary>
    /// The published normalisation of this data, or null where it is to be measured on the training images.
    /// </summary>
    public Normalization? Normalization { get; init; }

    /// <summary>What a user should know of how the data were read, in sentences.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>
    /// The published normalisation where there is one for these channels; otherwise that of the training images.
    /// </summary>
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
            Validation = Validation is null ? null : change(Validation),
            Test = Test is null ? null : change(Test),
        };

    /// <summary>The same images without their labels.</summary>
    public TrainAndTest WithoutLabels() => Map(set => set.WithoutLabels());

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
            : throw TooFew(Train.Name, Train.Count, share);
    }

    internal static DataException TooFew(string name, int count, double share) =>
        new($"{name}: {count} images are too few to hold out a share of {share}. Give DataOptions.Validation = 0.");

    /// <summary>
    /// Holds out that share of all images for the final figure, where there is but one set: always the same ones, about
    /// as many of every class; 0 leaves all to train on.
    /// </summary>
    /// <exception cref="DataException">
    /// There are test images already, or the share is not in [0, 1) or leaves nothing.
    /// </exception>
    public TrainAndTest HoldOutTest(double share)
    {
        if (share is not (>= 0 and < 1))
            throw new DataException($"The share of test images is {share}, but must lie in [0, 1).");
        if (Train is not null && Test is not null)
            throw new DataException($"{Test.Name}: there are test images already; leave out DataOptions.Test.");
        var all = Train ?? Test ?? throw new DataException("There are no images to hold test images out of.");
        if (share == 0)
            return this with { Train = all, Test = null };
        var (rest, heldOut) = all.HoldOut(share, TestSeed);
        return rest.Count > 0 && heldOut.Count > 0
            ? this with
            {
                Train = rest,
                Test = heldOut,
            }
            : throw new DataException(
                $"{all.Name}: {all.Count} images are too few to hold out a share of {share} as test images."
            );
    }

    /// <summary>
    /// The same images with the labels of a network's classes, matched by name, in whatever order the data have them.
    /// Where one side has no names, only numbers, classes go by position; that, and classes without images, is a
    /// remark.
    /// </summary>
    /// <param name="classes">
    /// The names of the network's classes, in the order of its outputs; none leaves all as it is.
    /// </param>
    /// <param name="owner">What has these classes, in messages, such as a file's name.</param>
    /// <exception cref="DataException">
    /// The data hold classes that the network does not know; the message lists both.
    /// </exception>
    public TrainAndTest MatchedTo(IReadOnlyList<string> classes, string owner)
    {
        if (classes.Count == 0)
            return this;
        var remarks = new List<string>(Remarks);
        ImageSet? Match(ImageSet? set)
        {
            if (set is not { HasLabels: true })
                return set;
            var (matched, remark) = ClassNames.Match(set, classes, owner);
            if (remark is not null && !remarks.Contains(remark))
                remarks.Add(remark);
            return matched;
        }
        return this with
        {
            Train = Match(Train),
            Validation = Match(Validation),
            Test = Match(Test),
            Remarks = remarks,
        };
    }

    /// <summary>
    /// Both sets with the same classes: those of the training images, by name, of which test images may lack some.
    /// Where neither has names, those of the one that has more.
    /// </summary>
    /// <exception cref="DataException">
    /// Shapes differ, or test images have classes that training images lack.
    /// </exception>
    public static TrainAndTest WithCommonClasses(ImageSet? train, ImageSet? test)
    {
        if (train is null || test is null)
            return new(train, test);
        if (train.Shape != test.Shape)
            throw new DataException(
                $"{test.Name}: test images are {test.Shape}, but training images are {train.Shape}. Give DataOptions.Size."
            );
        if (!train.HasLabels || !test.HasLabels)
            return new(train, test);
        if (ClassNames.AreNumbers(train.Classes) && ClassNames.AreNumbers(test.Classes))
        {
            var more = train.Classes.Length >= test.Classes.Length ? train.Classes : test.Classes;
            return new(ClassNames.Match(train, more, "").Set, ClassNames.Match(test, more, "").Set);
        }
        string[] extra = [.. test.Classes.Except(train.Classes)];
        if (extra.Length > 0)
            throw new DataException(
                $"{test.Name}: has images of the class{(extra.Length == 1 ? "" : "es")} {ClassNames.List(extra)}, but {train.Name} has none. Training images have {ClassNames.List(train.Classes)}; "
                    + "classes go by name: rename the folders, or take these images away."
            );
        var (matched, remark) = ClassNames.Match(test, train.Classes, train.Name);
        return new(train, matched) { Remarks = remark is null ? [] : [remark] };
    }
}
