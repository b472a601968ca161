using CsCheck;
using SlimSharp.Data;
using SlimSharp.Networks;
using static SlimSharp.Tests.Data.DataFiles;

namespace SlimSharp.Tests.Data;

public class ClassNameTests
{
    private static readonly string[] Known = ["disc", "square", "triangle"];

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"c{i}")];

    private static ImageSet Set(string[] classes, params int[] labels) =>
        new("set", new Shape(1, 1, 1), [.. labels.Select(l => (byte)l)], labels, classes);

    private static TrainAndTest Matched(ImageSet set, params string[] classes) =>
        new TrainAndTest(null, set).MatchedTo(classes, "the network");

    [Fact]
    public void Whatever_the_order_of_their_names_images_keep_their_classes() =>
        Gen.Int[1, 30]
            .SelectMany(n =>
                Gen.Select(Gen.Shuffle(Names(n), n), Gen.Shuffle(Names(n), n), Gen.Int[0, n - 1].Array[1, 50])
            )
            .Sample(
                (mine, others, labels) =>
                {
                    var set = Set([.. others], labels);
                    var matched = Matched(set, [.. mine]);
                    Assert.Equal(labels.Select(l => others[l]), matched.Test!.Labels.Select(l => mine[l]));
                    Assert.Equal(set.Pixels, matched.Test.Pixels);
                    Assert.Empty(matched.Remarks);
                },
                iter: 200
            );

    [Fact]
    public void A_class_that_the_network_does_not_know_is_refused_with_both_lists()
    {
        var sentence = Refusal(() => Matched(Set(["Square", "disc", "triangle"], 0, 1, 2), Known));
        Assert.Contains("knows no class Square.", sentence);
        Assert.Contains("The images have Square, disc, triangle; the network has disc, square, triangle.", sentence);
    }

    [Fact]
    public void A_set_that_lacks_a_class_is_matched_and_told()
    {
        var matched = Matched(Set(["disc", "triangle"], 0, 1, 1), Known);
        Assert.Equal([0, 2, 2], matched.Test!.Labels);
        Assert.Contains("holds no images of square", Assert.Single(matched.Remarks));
    }

    [Fact]
    public void Classes_without_names_go_by_their_numbers_and_that_is_told()
    {
        var numbers = Matched(Set(["0", "1", "2"], 2, 0), Known);
        Assert.Equal([2, 0], numbers.Test!.Labels);
        Assert.Equal(Known, numbers.Test.Classes);
        Assert.Contains("its classes have no names", Assert.Single(numbers.Remarks));
        var nameless = Matched(Set(Known, 2, 0), "0", "1", "2");
        Assert.Contains("the classes of the network have no names", Assert.Single(nameless.Remarks));
        Assert.Contains("not those of the network", Refusal(() => Matched(Set(["0", "1", "2", "3"], 0), Known)));
        Assert.Same(numbers.Test, numbers.MatchedTo([], "an imported network").Test);
    }

    [Fact]
    public void Class_folders_that_are_called_by_numbers_go_by_name_among_numbers()
    {
        string[] digits = [.. Enumerable.Range(0, 12).Select(i => $"{i}")];
        // 0, 1, 10, 11, 2, ….
        var folders = Set([.. digits.Order(StringComparer.Ordinal)], [.. Enumerable.Range(0, 12)]);
        Assert.Equal([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9], Matched(folders, digits).Test!.Labels);
    }

    [Fact]
    public void Test_images_may_lack_classes_of_training_images_but_have_none_of_their_own()
    {
        var train = Set(Known, 0, 1, 2);
        var sets = TrainAndTest.WithCommonClasses(train, Set(["triangle"], 0));
        Assert.Equal([2], sets.Test!.Labels);
        Assert.Contains("holds no images of disc, square", Assert.Single(sets.Remarks));
        Assert.Contains(
            "has images of the class ring, but set has none",
            Refusal(() => TrainAndTest.WithCommonClasses(train, Set(["disc", "ring"], 0, 1)))
        );
        var digits = TrainAndTest.WithCommonClasses(Set(["0", "1"], 0, 1), Set(["0", "1", "2"], 2));
        Assert.Equal(["0", "1", "2"], digits.Train!.Classes);
    }
}
