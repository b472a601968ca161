using System.Buffers.Binary;
using System.IO.Compression;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class DataOptionTests
{
    // An IDX file of bytes, or of shorts, under that name.
    private static string Put(string folder, string name, int[] sizes, int[] values, bool isShort = false)
    {
        using var content = new MemoryStream();
        content.Write([0, 0, (byte)(isShort ? 0x0B : 0x08), (byte)sizes.Length]);
        var number = new byte[4];
        foreach (var size in sizes)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, size);
            content.Write(number);
        }
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt16BigEndian(number, (short)value);
            content.Write(number, isShort ? 0 : 1, isShort ? 2 : 1);
        }
        var path = Path.Combine(folder, name);
        using Stream file = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.Create(path), CompressionLevel.Fastest)
            : File.Create(path);
        file.Write(content.ToArray());
        return path;
    }

    private static string Pair(string folder, string images, string labels, params int[] ofLabels)
    {
        Put(folder, labels, [ofLabels.Length], ofLabels);
        return Put(folder, images, [ofLabels.Length, 1, 2], [.. ofLabels.SelectMany(l => new[] { l, l + 100 })]);
    }

    private static TrainAndTest Read(string path) => DataSource.Read(new() { Path = path, Validation = 0 });

    [Theory]
    [InlineData(
        "emnist-letters-train-images-idx3-ubyte.gz",
        "emnist-letters-train-labels-idx1-ubyte.gz",
        "emnist-letters-test-images-idx3-ubyte.gz",
        "emnist-letters-test-labels-idx1-ubyte.gz"
    )]
    [InlineData(
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "test-images-idx3-ubyte",
        "test-labels-idx1-ubyte"
    )]
    [InlineData(
        "train-images.idx3-ubyte",
        "train-labels.idx1-ubyte",
        "t10k-images.idx3-ubyte",
        "t10k-labels.idx1-ubyte"
    )]
    [InlineData("usps_train_images", "usps_train_labels", "usps_val_images", "usps_val_labels")]
    public void Idx_files_are_found_by_their_content(string images, string labels, string testImages, string testLabels)
    {
        var folder = Machine.Folder();
        Pair(folder, images, labels, 0, 1, 2);
        Pair(folder, testImages, testLabels, 2, 1);
        File.WriteAllText(Path.Combine(folder, "readme.txt"), "words");
        var sets = Read(folder);
        Assert.Equal([0, 1, 2], sets.Train!.Labels);
        Assert.Equal([2, 1], sets.Test!.Labels);
        Assert.Equal([2, 102], sets.Test.Image(0).ToArray());
    }

    [Fact]
    public void Of_several_idx_sets_in_a_folder_one_is_named_by_its_images()
    {
        var folder = Machine.Folder();
        string Set(string name, params int[] labels) =>
            Pair(folder, $"emnist-{name}-train-images-idx3-ubyte", $"emnist-{name}-train-labels-idx1-ubyte", labels);
        Set("digits", 0, 1);
        var letters = Set("letters", 1, 2, 3);
        Assert.Contains("several IDX sets: emnist-digits, emnist-letters", Refusal(() => Read(folder)));
        Assert.Equal([1, 2, 3], Read(letters).Train!.Labels);
        Pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 7);
        Assert.Equal([7], Read(folder).Train!.Labels); // exact names first
        File.Delete(letters.Replace("images-idx3", "labels-idx1", StringComparison.Ordinal));
        Assert.Contains(
            "its labels, emnist-letters-train-labels-idx1-ubyte, are not beside it",
            Refusal(() => Read(letters))
        );
    }

    [Fact]
    public void A_range_of_numbers_is_refused_for_data_whose_numbers_are_bytes()
    {
        var folder = Machine.Folder();
        Directory.CreateDirectory(Path.Combine(folder, "train", "a"));
        File.WriteAllBytes(Path.Combine(folder, "train", "a", "0.png"), Pictures.Png(2, 2, new byte[12]));
        Assert.NotNull(Read(folder).Train);
        Assert.Contains(
            "DataOptions.Range is for IDX files",
            Refusal(() =>
                DataSource.Read(
                    new()
                    {
                        Path = folder,
                        Validation = 0,
                        Range = new(0, 1),
                    }
                )
            )
        );
    }

    [Fact]
    public void Numbers_that_are_no_bytes_are_refused_with_how_and_brought_to_bytes_by_the_stated_rule()
    {
        var folder = Machine.Folder();
        Put(folder, "train-images-idx3-ubyte", [2, 1, 2], [-1000, 0, 500, 1000], isShort: true);
        Put(folder, "train-labels-idx1-ubyte", [2], [0, 1]);
        var sentence = Refusal(() => Read(folder));
        Assert.Contains("element 0 is -1000, outside 0–255", sentence);
        Assert.Contains("DataOptions.Range = -1000,1000", sentence);
        DataOptions Ranged(double from, double to) =>
            new()
            {
                Path = folder,
                Validation = 0,
                Range = new(from, to),
            };
        Assert.Equal([0, 128, 191, 255], DataSource.Read(Ranged(-1000, 1000)).Train!.Pixels);
        Assert.Contains("outside -500–1000", Refusal(() => DataSource.Read(Ranged(-500, 1000))));
    }

    [Fact]
    public void One_file_of_records_is_split_into_three_by_shares()
    {
        const int Count = 200;
        byte[] records = [.. Enumerable.Range(0, Count).SelectMany(i => (byte[])[(byte)(i % 4), (byte)i])];
        var path = Write("all.bin", records);
        var options = new DataOptions
        {
            Path = path,
            Records = new Shape(1, 1, 1),
            Test = 0.2,
            Validation = 0.25,
        };
        var sets = DataSource.Read(options);
        Assert.Equal((120, 40, 40), (sets.Train!.Count, sets.Validation!.Count, sets.Test!.Count));
        Assert.All(Enumerable.Range(0, 4), c => Assert.Equal(10, sets.Test.Labels.Count(l => l == c)));
        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (byte)i),
            ((ImageSet[])[sets.Train, sets.Validation, sets.Test]).SelectMany(s => s.Pixels).Order()
        );
        Assert.Equal(sets.Test.Checksum(), DataSource.Read(options).Test!.Checksum());
        Assert.Equal(Count, DataSource.Read(options with { Test = 0, Validation = 0 }).Train!.Count);
        Assert.Null(DataSource.Read(options with { Test = null }).Train);
        Assert.Contains("there are test images already", Refusal(() => sets.HoldOutTest(0.1)));
        Assert.Contains("too few", Refusal(() => DataSource.Read(options with { Test = 0.001 })));
    }

    [Theory]
    [InlineData("mnist", true)]
    [InlineData("MNIST/raw", true)]
    [InlineData("emnist-letters", true)]
    [InlineData("usps16", true)]
    [InlineData("fashion-mnist", false)]
    [InlineData("bloodmnist", false)]
    [InlineData("mnist/cifar10", false)]
    public void Digits_and_letters_are_known_by_name(string name, bool isText) =>
        Assert.Equal(
            isText,
            DataSource.ShowsCharacters(
                new() { Path = Directory.CreateDirectory(Path.Combine(Machine.Folder(), name)).FullName }
            )
        );

    [Fact]
    public void Digits_are_known_by_the_labels_that_mnist_begins_with()
    {
        foreach (var place in (string[])[Machine.SamplePath, Machine.SharedPath("data", "mnist")])
        {
            var folder = Machine.Folder();
            foreach (var file in Directory.GetFiles(place, "*ubyte*"))
                File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
            Assert.Equal(place != Machine.SamplePath, DataSource.ShowsCharacters(new() { Path = folder }));
        }
    }

    [Fact]
    public void Data_are_found_where_they_were_or_from_where_the_file_is()
    {
        var folder = Machine.Folder();
        var data = Path.Combine(folder, "a", "data");
        Pair(Directory.CreateDirectory(data).FullName, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0, 1);
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [2], 2, new Shape(1, 4, 4));
        var path = Path.Combine(folder, "a", "runs", "x.slim");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (
            var file = new SlimFile
            {
                Network = network,
                Weights = SlimSharp.Models.Initialization.Draw(network, 1),
                Data = new() { Path = Path.GetRelativePath(Directory.GetCurrentDirectory(), data) },
            }
        )
            file.Save(path);
        string Found(string place)
        {
            using var file = SlimFile.Load(place);
            return file.Data!.Path;
        }
        Assert.Equal(data, Found(path));
        var copy = Path.Combine(Machine.Folder(), "copied.slim"); // elsewhere, without the data
        File.Copy(path, copy);
        Assert.Equal(data, Found(copy));
        Directory.Move(Path.Combine(folder, "a"), Path.Combine(folder, "b")); // all together
        Assert.Equal(Path.Combine(folder, "b", "data"), Found(Path.Combine(folder, "b", "runs", "x.slim")));
        Assert.Equal(data, Found(copy)); // named as it was, where nothing is
    }
}
