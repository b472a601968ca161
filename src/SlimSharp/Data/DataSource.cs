namespace SlimSharp.Data;

/// <summary>A kind of data that can be read: how it is recognised, and how it is got.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Looks">What it consists of.</param>
/// <param name="HowToGet">Where it comes from.</param>
/// <param name="Open">Reads training and test images, or returns null where this is not that kind of data.</param>
public sealed record DataSource(string Name, string Looks, string HowToGet, Func<DataOptions, TrainAndTest?> Open)
{
    /// <summary>
    /// Every kind, in the order in which they are tried. A new one is a row here, and a file in Formats/ if its format
    /// is new.
    /// </summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new(
            "records",
            "with DataOptions.Records = C×H×W: *train*.bin and *test*.bin (also .gz), or one file, of which DataOptions.Test = SHARE holds out test images; records of a label byte and the image's planes",
            "Any program can write them.",
            Records
        ),
        new(
            "cifar10",
            "data_batch_1.bin … data_batch_5.bin and test_batch.bin (also .gz)",
            "Downloads.All cifar10",
            Cifar10
        ),
        new(
            "cifar100",
            "train.bin and test.bin of the binary version (also .gz), with fine labels; names from fine_label_names.txt if it is there",
            "Downloads.All cifar100",
            Cifar100
        ),
        new(
            "svhn",
            "train_32x32.mat, extra_32x32.mat (both are trained on, as published; usually without augmentation) and test_32x32.mat",
            "http://ufldl.stanford.edu/housenumbers/",
            SvhnFiles
        ),
        new(
            "idx",
            "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (also .gz), or such files under other names with train, and test, t10k or val in them, found by their content; "
                + "DataOptions.Range = LOW,HIGH for numbers that are not bytes",
            "Downloads.All mnist|fashion-mnist; Debian: apt install dataset-fashion-mnist",
            Idx
        ),
        new(
            "images",
            "train/CLASS/*.jpg|png|bmp|gif|tif and test/ or val/ alike; or *train*.tar(.gz) and *test*.tar(.gz) of such folders; exact names come first",
            "Your own images.",
            Images
        ),
        new(
            "unlabelled",
            "*.jpg|png|bmp|gif|tif in the folder itself, without classes, and in folders below it; with DataOptions.Unlabelled also a tar file, a folder of class folders, and records without a label byte",
            "Your own images. They serve what needs no labels: calibration, recalibration, retraining on a teacher.",
            PictureParts.Unlabelled
        ),
    ];

    /// <summary>Reads what is at the path, then brings it to the size and channels asked for.</summary>
    /// <exception cref="DataException">Nothing known is there, or it is damaged.</exception>
    /// <exception cref="OperationCanceledException">The options' cancellation said so.</exception>
    public static TrainAndTest Read(DataOptions options)
    {
        options.Check();
        if (!Directory.Exists(options.Path) && !File.Exists(options.Path))
            throw new DataException(
                $"There is no file or folder '{options.Path}'. DataSource.All says what can be read and how to get it."
            );
        if (OutputPath.IsDevice(options.Path))
            throw new DataException($"{options.Path}: is a device or a pipe; data are a file or a folder.");
        foreach (var source in All)
        {
            if (source.Open(options) is not { } found)
                continue;
            if (options.Range is not null && source.Name != "idx")
                throw new DataException(
                    $"{options.Path}: these are {source.Name}, whose numbers are bytes; DataOptions.Range is for IDX files."
                );
            found = found.Map(set => Fit(set, options));
            return Split(options.Unlabelled ? found.WithoutLabels() : found, options).HoldOut(options.Validation);
        }
        throw new DataException(
            $"In '{options.Path}' there is nothing that can be read. Pictures belong in train/CLASS and test/CLASS below it; "
                + "DataSource.All says what else can be read and how to get it."
        );
    }

    /// <summary>
    /// True if the data are known to be digits or letters (MNIST, EMNIST, Kuzushiji, USPS, SVHN), by name or by the
    /// first bytes: mirrored ones would be others.
    /// </summary>
    public static bool ShowsCharacters(DataOptions options) => Characters.AreIn(options.Path);

    private static TrainAndTest Split(TrainAndTest found, DataOptions options) =>
        options.Test is { } share ? found.HoldOutTest(share) : found;

    private static ImageSet Fit(ImageSet set, DataOptions options)
    {
        if (options.Size is { } size)
            set = set.ResizedTo(size, size, options.Cancellation);
        if (options.Pad is { } pad)
            set = set.PaddedTo(pad, pad, options.Cancellation);
        return options.Channels is { } channels ? set.WithChannels(channels, options.Cancellation) : set;
    }

    private static TrainAndTest? Records(DataOptions options)
    {
        if (options.Records is not { } shape)
            return null;
        ImageSet Read(string[] files) =>
            ImageRecords.Read(files, shape, null, options.Unlabelled ? 0 : 1, options.Cancellation);
        if (File.Exists(options.Path))
            return options.Unlabelled ? new(Read([options.Path]), null) : new(null, Read([options.Path]));
        string[] files =
        [
            .. Directory
                .GetFiles(options.Path)
                .Where(f => !PictureListing.IsHidden(Path.GetFileName(f)))
                .Where(f =>
                    f.EndsWith(".bin", StringComparison.Ordinal) || f.EndsWith(".bin.gz", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal),
        ];
        var (train, test) = (PartNames.Train(files), PartNames.Test(files));
        string[] others = [.. files.Except(train).Except(test).Select(f => Path.GetFileName(f))];
        return train.Length + test.Length == 0
            ? throw new DataException($"In '{options.Path}' there is no file named *train*.bin or *test*.bin.")
            : TrainAndTest.WithCommonClasses(
                train.Length > 0 ? Read(train) : null,
                test.Length > 0 ? Read(test) : null
            ) with
            {
                Remarks = others.Length > 0 ? [$"{options.Path}: left out {string.Join(", ", others)}."] : [],
            };
    }

    private static TrainAndTest? Cifar10(DataOptions options)
    {
        string?[] train =
        [
            .. Enumerable.Range(1, 5).Select(i => DataFile.Existing(Path.Combine(options.Path, $"data_batch_{i}.bin"))),
        ];
        var test = DataFile.Existing(Path.Combine(options.Path, "test_batch.bin"));
        if (train.All(f => f is null) && test is null)
            return null;
        if (Array.IndexOf(train, null) is >= 0 and var i && train.Any(f => f is not null))
            throw new DataException(
                $"In '{options.Path}' data_batch_{i + 1}.bin is missing; CIFAR-10 has five training batches."
            );
        ImageSet Read(string[] files) =>
            ImageRecords.Read(files, ImageRecords.Cifar, ImageRecords.CifarClasses, 1, options.Cancellation);
        return new(train[0] is null ? null : Read(train!), test is null ? null : Read([test]))
        {
            Normalization = Normalization.Cifar,
        };
    }

    private static TrainAndTest? Cifar100(DataOptions options)
    {
        var train = DataFile.Existing(Path.Combine(options.Path, "train.bin"));
        var test = DataFile.Existing(Path.Combine(options.Path, "test.bin"));
        if (train is null && test is null)
            return null;
        var list = Path.Combine(options.Path, "fine_label_names.txt");
        string[] names = File.Exists(list)
            ? [.. File.ReadLines(list).Where(l => l.Length > 0)]
            : [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        ImageSet? Read(string? path) =>
            path is null ? null : ImageRecords.Read([path], ImageRecords.Cifar, names, 2, options.Cancellation);
        return new(Read(train), Read(test)) { Normalization = Normalization.Cifar };
    }

    private static TrainAndTest? SvhnFiles(DataOptions options)
    {
        string[] In(params string[] parts) =>
            [.. parts.Select(p => Path.Combine(options.Path, $"{p}_32x32.mat")).Where(File.Exists)];
        ImageSet? Read(string[] files) => files.Length > 0 ? Svhn.Read(files, options.Cancellation) : null;
        var (train, test) = (In("train", "extra"), In("test"));
        return train.Length + test.Length == 0
            ? null
            : new(Read(train), Read(test)) { Normalization = Normalization.Svhn };
    }

    private static TrainAndTest? Idx(DataOptions options)
    {
        if (IdxFiles.Find(options.Path, options.Cancellation) is not { } files)
            return null;
        // By what the set's folder is called, or the one it is in, as in FashionMNIST/raw.
        var names = Path.GetFullPath(options.Path).Split(Path.DirectorySeparatorChar).TakeLast(2);
        var classes = names.Any(n => n.Contains("fashion", StringComparison.OrdinalIgnoreCase))
            ? Data.Idx.FashionClasses
            : null;
        ImageSet? Read(IdxFiles.Pair? part) =>
            part is null ? null : Data.Idx.Read(part.Images, part.Labels, classes, options.Range, options.Cancellation);
        var (train, test) = (files.Train, files.Test);
        return train is null && test is null ? null : TrainAndTest.WithCommonClasses(Read(train), Read(test));
    }

    private static TrainAndTest? Images(DataOptions options)
    {
        if (File.Exists(options.Path))
            return PictureParts.IsTar(options.Path) && !options.Unlabelled ? PictureParts.Single(options) : null;
        return PictureParts.Find(options.Path) is { } parts ? parts.Read(options) : null;
    }
}
