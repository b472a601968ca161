using System.Formats.Tar;
using SlimSharp.Data;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

/// <summary>No picture and no class goes without a word.</summary>
public class LeftOutTests
{
    private static readonly string[] Classes = ["disc", "square", "triangle"];

    private static void Put(string folder, string place, byte shade = 1)
    {
        var path = Path.Combine(folder, place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Pictures.Png(2, 2, [.. Enumerable.Repeat(shade, 12)]));
    }

    private static string Base()
    {
        var folder = Machine.Folder();
        foreach (var part in (string[])["train", "test"])
        {
            foreach (var c in Classes)
            {
                for (var i = 0; i < 4; i++)
                    Put(folder, $"{part}/{c}/{i}.png");
            }
        }
        return folder;
    }

    private static TrainAndTest Read(string folder) => DataSource.Read(new() { Path = folder, Validation = 0 });

    [Fact]
    public void Nothing_is_said_where_nothing_is_left_out() => Assert.Empty(Read(Base()).Remarks);

    [Fact]
    public void A_class_folder_in_which_nothing_can_be_read_is_refused_by_name()
    {
        var folder = Base();
        var square = Path.Combine(folder, "train", "square");
        foreach (var file in Directory.GetFiles(square))
            File.Move(file, Path.ChangeExtension(file, ".webp"));
        var sentence = Refusal(() => Read(folder));
        Assert.Contains("in its folder square no picture can be read (4 .webp)", sentence);
        Directory.Delete(square, recursive: true);
        Put(folder, "train/square/inner/0.png");
        Assert.Contains("in its folder square no picture can be read (only folders)", Refusal(() => Read(folder)));
    }

    [Fact]
    public void Unread_endings_folders_inside_and_empty_classes_are_counted_and_named()
    {
        var folder = Base();
        Put(folder, "train/square/4.webp");
        Put(folder, "train/square/5.webp");
        Put(folder, "train/disc/notes.txt");
        Put(folder, "train/disc/a/6.png");
        Put(folder, "train/stray.png");
        Directory.CreateDirectory(Path.Combine(folder, "train", "ring"));
        var sets = Read(folder);
        Assert.Equal(12, sets.Train!.Count);
        var said = string.Join('\n', sets.Remarks);
        Assert.Contains("left out 3 files of other kinds in class folders (2 .webp, 1 .txt)", said);
        Assert.Contains("left out 1 file (1 .png) in 1 folder inside class folders (disc/a)", said);
        Assert.Contains("left out 1 file outside of class folders (1 .png)", said);
        Assert.Contains("1 folder is empty and gives no class (ring)", said);
    }

    [Fact]
    public void An_archive_says_the_same()
    {
        var folder = Base();
        Put(folder, "train/square/4.webp");
        Put(folder, "train/disc/a/6.png");
        Put(folder, "train/__MACOSX/disc/0.png");
        Put(folder, "train/disc/._0.png");
        var archive = Path.Combine(Machine.Folder(), "train.tar");
        TarFile.CreateFromDirectory(Path.Combine(folder, "train"), archive, includeBaseDirectory: true);
        var sets = Read(Path.GetDirectoryName(archive)!);
        Assert.Equal((12, 3), (sets.Train!.Count, sets.Train.Classes.Length));
        var said = string.Join('\n', sets.Remarks);
        Assert.Contains("(1 .webp)", said);
        Assert.Contains("left out 1 file (1 .png) in 1 folder inside class folders (disc/a)", said);
    }

    [Fact]
    public void Names_that_begin_with_a_dot_and_what_archivers_leave_are_no_data()
    {
        var folder = Base();
        foreach (var place in (string[])["train/.ipynb_checkpoints/0.png", "train/__MACOSX/0.png", "train/disc/.1.png"])
            Put(folder, place);
        Put(folder, ".train/disc/0.png");
        var sets = Read(folder);
        Assert.Equal(Classes, sets.Train!.Classes);
        Assert.Equal(12, sets.Train.Count);
        Assert.Empty(sets.Remarks);
    }

    [Fact]
    public void Exact_names_come_first_and_two_candidates_are_refused()
    {
        var folder = Base();
        Put(folder, "untrained_leftovers/disc/0.png");
        Put(folder, "contest/disc/0.png");
        Put(folder, "my-train/disc/0.png");
        var sets = Read(folder);
        Assert.Equal(Path.Combine(folder, "train"), sets.Train!.Name);
        Assert.Equal(Path.Combine(folder, "test"), sets.Test!.Name);
        Assert.Contains("beside train and test: contest, my-train, untrained_leftovers", Assert.Single(sets.Remarks));

        foreach (var c in Classes)
            Put(folder, $"train2017/{c}/0.png");
        Directory.Delete(Path.Combine(folder, "train"), recursive: true);
        Assert.Contains("my-train and train2017 could each hold the training images", Refusal(() => Read(folder)));
        Directory.Delete(Path.Combine(folder, "my-train"), recursive: true);
        Assert.Equal(Path.Combine(folder, "train2017"), Read(folder).Train!.Name);
    }

    [Fact]
    public void Only_the_part_that_is_asked_for_is_decoded_and_it_is_the_same()
    {
        var folder = Base();
        for (var i = 0; i < 12; i++)
            Put(folder, $"train/{Classes[i % 3]}/{i / 3}.png", (byte)(10 * i));
        var options = new DataOptions { Path = folder, Validation = 0.25 };
        var all = DataSource.Read(options);
        var held = DataSource.Read(options with { Parts = DataParts.Validation });
        Assert.Equal(all.Validation!.Checksum(), held.Validation!.Checksum());
        Assert.True(held is { Train: null, Test: null });
        // A training picture that nothing can decode shows whether one was.
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "train", "disc")))
            File.WriteAllText(file, "no picture");
        var test = DataSource.Read(options with { Parts = DataParts.Test });
        Assert.Equal(all.Test!.Checksum(), test.Test!.Checksum());
        Assert.Contains("not an intact", Refusal(() => DataSource.Read(options)));
    }
}
