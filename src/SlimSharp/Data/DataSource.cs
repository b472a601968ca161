namespace SlimSharp.Data;

/// <summary>A kind of data that can be read: how it is recognised, and how it is got.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Looks">What it consists of.</param>
/// <param name="HowToGet">Where it comes from.</param>
/// <param name="Open">Reads training and test images, or returns null where this is not that kind of data.</param>
public sealed record DataSource(string Name, string Looks, string HowToGet, Func<DataOptions, TrainAndTest?> Open)
{
    private static readonly string[] TestNames = ["test", "val", "t10k"];

    /// <summary>Every kind, in the order in which they are tried. A new one is a row here, and a file in Formats/ if its format is new.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new(
            "records",
            "with --records C×H×W: *train*.bin and *test*.bin (also .gz), or one file; records of a label byte and the image's planes",
            "Any program can write them.",
            Records
        ),
        new(
            "cifar10",
            "data_batch_1.bin … data_batch_5.bin and test_batch.bin (also .gz)",
            "slim data --download cifar10 --out DIR",
            Cifar10
        ),
        new(
            "cifar100",
            "train.bin and test.bin of the binary version (also .gz), with fine labels; names from fine_label_names.txt if it is there",
            "slim data --download cifar100 --out DIR",
            Cifar100
        ),
        new(
            "svhn",
            "train_32x32.mat, extra_32x32.mat (both are trained on, as published; usually with --augment none) and test_32x32.mat",
            "http://ufldl.stanford.edu/housenumbers/",
            SvhnFiles
        ),
        new(
            "idx",
            "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (also .gz)",
            "slim data --download mnist|fashion-mnist --out DIR; Debian: apt install dataset-fashion-mnist",
            IdxFiles
        ),
        new(
            "images",
            "train/CLASS/*.jpg|png and test/ or val/ alike; or *train*.tar(.gz) and *test*.tar(.gz) of such folders",
            "Your own images.",
            Images
        ),
    ];

    /// <summary>Reads what is at the path, then brings it to the size and channels asked for.</summary>
    /// <exception cref="DataException">Nothing known is there, or it is damaged.</exception>
    public static TrainAndTest Read(DataOptions options)
    {
        if (!Directory.Exists(options.Path) && !File.Exists(options.Path))
            throw new DataException(
                $"There is no file or folder '{options.Path}'. 'slim data' says what can be read and how to get it."
            );
        foreach (var source in All)
        {
            if (source.Open(options) is { } found)
                return found.Map(set => Fit(set, options)).HoldOut(options.Validation);
        }
        throw new DataException(
            $"In '{options.Path}' there is nothing that can be read. 'slim data' says what can be read and how to get it."
        );
    }

    private static ImageSet Fit(ImageSet set, DataOptions options)
    {
        if (options.Size is { } size)
            set = set.ResizedTo(size, size);
        if (options.Pad is { } pad)
            set = set.PaddedTo(pad, pad);
        return options.Channels is { } channels ? set.WithChannels(channels) : set;
    }

    private static TrainAndTest? Records(DataOptions options)
    {
        if (options.Records is not { } shape)
            return null;
        if (File.Exists(options.Path))
            return new(null, ImageRecords.Read([options.Path], shape));
        string[] files =
        [
            .. Directory
                .GetFiles(options.Path)
                .Where(f =>
                    f.EndsWith(".bin", StringComparison.Ordinal) || f.EndsWith(".bin.gz", StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal),
        ];
        var (train, test) = (
            files.Where(f => Named(f, ["train"])).ToArray(),
            files.Where(f => Named(f, TestNames)).ToArray()
        );
        return train.Length + test.Length == 0
            ? throw new DataException($"In '{options.Path}' there is no file named *train*.bin or *test*.bin.")
            : TrainAndTest.WithCommonClasses(
                train.Length > 0 ? ImageRecords.Read(train, shape) : null,
                test.Length > 0 ? ImageRecords.Read(test, shape) : null
            );
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
        return new(
            train[0] is null ? null : ImageRecords.Read(train!, ImageRecords.Cifar, ImageRecords.CifarClasses),
            test is null ? null : ImageRecords.Read([test], ImageRecords.Cifar, ImageRecords.CifarClasses)
        )
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
            path is null ? null : ImageRecords.Read([path], ImageRecords.Cifar, names, labelBytes: 2);
        return new(Read(train), Read(test)) { Normalization = Normalization.Cifar };
    }

    private static TrainAndTest? SvhnFiles(DataOptions options)
    {
        string[] In(params string[] parts) =>
            [.. parts.Select(p => Path.Combine(options.Path, $"{p}_32x32.mat")).Where(File.Exists)];
        var (train, test) = (In("train", "extra"), In("test"));
        return train.Length + test.Length == 0
            ? null
            : new(train.Length > 0 ? Svhn.Read(train) : null, test.Length > 0 ? Svhn.Read(test) : null)
            {
                Normalization = Normalization.Svhn,
            };
    }

    private static TrainAndTest? IdxFiles(DataOptions options)
    {
        var (train, test) = (IdxPair(options.Path, "train"), IdxPair(options.Path, "t10k"));
        return train is null && test is null ? null : TrainAndTest.WithCommonClasses(train, test);
    }

    private static ImageSet? IdxPair(string folder, string part)
    {
        if (DataFile.Existing(Path.Combine(folder, $"{part}-images-idx3-ubyte")) is not { } images)
            return null;
        var labels =
            DataFile.Existing(Path.Combine(folder, $"{part}-labels-idx1-ubyte"))
            ?? throw new DataException($"{images}: its labels, {part}-labels-idx1-ubyte, are not beside it.");
        var classes = folder.Contains("fashion", StringComparison.OrdinalIgnoreCase) ? Idx.FashionClasses : null;
        return Idx.Read(images, labels, classes);
    }

    private static TrainAndTest? Images(DataOptions options)
    {
        if (File.Exists(options.Path))
            return IsTar(options.Path) ? new(null, ImageFolder.Read(options.Path, options.Size)) : null;
        string[] parts = [.. Directory.GetDirectories(options.Path), .. Directory.GetFiles(options.Path).Where(IsTar)];
        var train = parts.FirstOrDefault(p => Named(p, ["train"]));
        var test = parts.FirstOrDefault(p => Named(p, TestNames));
        return train is null && test is null
            ? null
            : TrainAndTest.WithCommonClasses(
                train is null ? null : ImageFolder.Read(train, options.Size),
                test is null ? null : ImageFolder.Read(test, options.Size)
            ) with
            {
                Normalization = Path.GetFileName(train ?? test)!.Contains("cifar", StringComparison.OrdinalIgnoreCase)
                    ? Normalization.Cifar
                    : null,
            };
    }

    private static bool IsTar(string path) =>
        path.EndsWith(".tar", StringComparison.Ordinal)
        || path.EndsWith(".tar.gz", StringComparison.Ordinal)
        || path.EndsWith(".tgz", StringComparison.Ordinal);

    private static bool Named(string path, string[] words) =>
        words.Any(w =>
            Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar)).Contains(w, StringComparison.OrdinalIgnoreCase)
        );
}
