using System.IO.Compression;
using System.Text;
using SlimSharp.Linear;

namespace SlimSharp.Tests.Logistic;

public class LinearDataTests
{
    private static string Write(string text, string name = "a.libsvm")
    {
        var path = Path.Combine(Machine.Folder(), name);
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            File.WriteAllText(path, text);
            return path;
        }
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write(Encoding.ASCII.GetBytes(text));
        return path;
    }

    [Theory]
    [InlineData("+1 1:0.5 3:-2\n-1 2:1e3 # comment\n\n+1\n", "-1", "1", "a.libsvm")]
    [InlineData("1 1:0.5 3:-2\n0 2:1000\n1\n", "0", "1", "a.svm")]
    [InlineData("2 1:0.5 3:-2\n1\t2:1000\n2\n", "1", "2", "a.libsvm.gz")]
    [InlineData("1 0:0.5 2:-2\n-1 1:1000\n1\n", "-1", "1", "zero-based.txt")]
    public void Every_convention_of_labels_and_indices_is_read(string text, string minus, string plus, string name)
    {
        var data = LibsvmFile.Read(Write(text, name));
        Assert.Equal((3, 3), (data.Features.Rows, data.Features.Columns));
        Assert.Equal((minus, plus), data.Classes);
        Assert.Equal([1, -1, 1], data.Labels);
        double[,] expected =
        {
            { 0.5, 0, -2 },
            { 0, 1000, 0 },
            { 0, 0, 0 },
        };
        for (var i = 0; i < 3; i++)
        {
            var unit = new double[3];
            unit[i] = 1;
            for (var j = 0; j < 3; j++)
                Assert.Equal(expected[i, j], data.Features.Dot(j, unit));
        }
    }

    [Theory]
    [InlineData("1 1:2\n-1 x\n", "line 2: 'x' is not index:value")]
    [InlineData("1 2:2 1:3\n-1\n", "line 1: the index 1 comes after 2")]
    [InlineData("1 1:nan\n-1\n", "line 1: the value 'nan' is no finite number")]
    [InlineData("one 1:2\n", "line 1: the label 'one' is no finite number")]
    [InlineData("1 1:2\n2\n3\n", "more than two labels (1, 2, 3")]
    [InlineData("1 1:2\n1\n", "All labels")]
    [InlineData("# nothing\n", "has no samples")]
    public void A_bad_file_is_told_by_line(string text, string part)
    {
        var path = Write(text);
        var message = Assert.Throws<LinearDataException>(() => LibsvmFile.Read(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(part, message);
    }

    [Fact]
    public void A_test_set_is_read_by_the_model_it_is_for()
    {
        var path = Write("1 1:2\n1 2:1\n");
        var data = LibsvmFile.Read(path, 5, ("-1", "1"));
        Assert.Equal(5, data.Features.Columns);
        Assert.Contains(
            "only 1",
            Assert.Throws<LinearDataException>(() => LibsvmFile.Read(path, 1, ("-1", "1"))).Message
        );
        Assert.Contains(
            "neither",
            Assert.Throws<LinearDataException>(() => LibsvmFile.Read(path, 5, ("2", "3"))).Message
        );
    }

    [Fact]
    public void A_damaged_archive_is_told()
    {
        var path = Write("1 1:2\n-1\n", "a.libsvm.gz");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..12]);
        Assert.Contains(path, Assert.Throws<LinearDataException>(() => LibsvmFile.Read(path)).Message);
    }

    /// <summary>The real sets, against what their notes say of them.</summary>
    [Theory]
    [InlineData("a9a", 32_560, 122, 24_719)]
    [InlineData("w8a", 49_749, 300, 48_270)]
    [InlineData("madelon", 2600, 500, 1300)]
    [InlineData("golub", 38, 3051, 27)]
    [InlineData("breast_cancer_wdbc", 569, 30, 212)]
    public void Real_sets_are_read_whole(string name, int rows, int columns, int minus)
    {
        var data = LibsvmFile.Read(Machine.SharedPath("data", "tabular", $"{name}.libsvm.gz"));
        Assert.Equal((rows, columns), (data.Features.Rows, data.Features.Columns));
        Assert.Equal(minus, data.Labels.Count(l => l < 0));
    }
}
