namespace SlimSharp.Data;

/// <summary>Where the training and the test pictures of a folder lie: folders or archives of class folders.</summary>
/// <param name="Train">The part to train on; null if there is none.</param>
/// <param name="Test">The part of the final figure; null if there is none.</param>
/// <param name="Others">Folders and archives beside them.</param>
internal sealed record PictureParts(string? Train, string? Test, IReadOnlyList<string> Others)
{
    private const int Listed = 5;

    internal static bool IsTar(string path) =>
        path.EndsWith(".tar", StringComparison.Ordinal)
        || path.EndsWith(".tar.gz", StringComparison.Ordinal)
        || path.EndsWith(".tgz", StringComparison.Ordinal);

    /// <summary>The parts of a folder, by their names; null if nothing is called so.</summary>
    /// <exception cref="DataException">Two could be the same part.</exception>
    internal static PictureParts? Find(string folder)
    {
        string[] all =
        [
            .. Directory
                .GetDirectories(folder)
                .Concat(Directory.GetFiles(folder).Where(IsTar))
                .Where(p => !PictureListing.IsHidden(Path.GetFileName(p)))
                .Order(StringComparer.Ordinal),
        ];
        var train = PartNames.Only(folder, "training", PartNames.Train(all));
        var test = PartNames.Only(folder, "test", PartNames.Test(all.Where(p => p != train)));
        return train is null && test is null ? null : new(train, test, [.. all.Where(p => p != train && p != test)]);
    }

    /// <summary>
    /// The pictures of a folder or an archive without classes, to calibrate and imitate on; null if a folder has none
    /// of its own, and nobody asks for those below it.
    /// </summary>
    internal static TrainAndTest? Unlabelled(DataOptions options)
    {
        if (
            !options.Unlabelled
            && !(
                Directory.Exists(options.Path)
                && Directory
                    .EnumerateFiles(options.Path)
                    .Any(f => PictureFormat.IsRead(f) && !PictureListing.IsHidden(Path.GetFileName(f)))
            )
        )
            return null;
        var listing = ImageFolder.ListUnlabelled(options.Path, options.Cancellation);
        return new(Decode(listing, options.Path, options), null) { Remarks = [.. listing.Remarks()] };
    }

    /// <summary>The pictures of one archive, which are test images unless a share of them is asked for.</summary>
    internal static TrainAndTest Single(DataOptions options)
    {
        var listing = ImageFolder.List(options.Path, options.Cancellation);
        return new(null, Decode(listing, options.Path, options)) { Remarks = [.. listing.Remarks()] };
    }

    /// <summary>Decodes what is wanted of them.</summary>
    internal TrainAndTest Read(DataOptions options)
    {
        var (train, test) = (List(Train, options), List(Test, options));
        // A split of one set needs all of it, and so does a part alone.
        var parts = options.Test is not null || train is null || test is null ? DataParts.All : options.Parts;
        var wantsTrain = parts.HasFlag(DataParts.Train);
        var wantsHeldOut = !wantsTrain && parts.HasFlag(DataParts.Validation) && options.Validation is > 0 and < 1;
        var sets = TrainAndTest.WithCommonClasses(
            wantsTrain ? Decode(train, Train, options)
                : wantsHeldOut ? Decode(train!.HeldOut(options.Validation), Train, options)
                : null,
            parts.HasFlag(DataParts.Test) ? Decode(test, Test, options) : null
        );
        if (!wantsTrain && train is not null)
            sets = sets.MatchedTo(train.Classes, Train!) with { Train = null, Validation = sets.Train };
        return sets with
        {
            Remarks = [.. (train?.Remarks() ?? []), .. (test?.Remarks() ?? []), .. Beside(), .. sets.Remarks],
            Normalization = Path.GetFileName(Train ?? Test)!.Contains("cifar", StringComparison.OrdinalIgnoreCase)
                ? Normalization.Cifar
                : null,
        };
    }

    private static PictureListing? List(string? path, DataOptions options) =>
        path is null ? null : ImageFolder.List(path, options.Cancellation);

    private static ImageSet? Decode(PictureListing? listing, string? path, DataOptions options) =>
        listing is null ? null : ImageFolder.Read(listing, path!, options.Size, options.Cancellation);

    private string[] Beside() =>
        Others.Count == 0
            ? []
            :
            [
                $"{Path.GetDirectoryName(Train ?? Test)}: left out what lies beside {string.Join(" and ", new[] { Train, Test }.OfType<string>().Select(Path.GetFileName))}: "
                    + $"{string.Join(", ", Others.Take(Listed).Select(Path.GetFileName))}{(Others.Count > Listed ? ", …" : "")}.",
            ];
}
