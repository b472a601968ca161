using System.Text.Json.Nodes;
using SlimSharp.Linear;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class LogisticCommandTests
{
    private const string Csv = """
        age,income,smoker,constant,y
        63,1.5,1,7,ill
        21,2.5,0,7,well
        58,,1,7,ill
        33,3.5,0,7,well
        45,1.0,1,7,ill
        29,2.0,0,7,well
        70,2.2,1,7,ill
        25,3.0,1,7,well

        """;

    private static string Write(string text, string name)
    {
        var path = Path.Combine(Machine.Folder(), name);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public async Task A_table_is_fitted_predicted_and_evaluated()
    {
        var data = Write(Csv, "people.csv");
        var model = Path.Combine(Path.GetDirectoryName(data)!, "model.json");
        var (code, output, error) = await Slim.Run("logistic", "fit", data, "--share", "0.3", "--out", model);
        Assert.True(code == 0, error);
        Assert.Contains("Labels are in the column 'y'", output);
        Assert.Contains("'income' lacks 1 of 8 values", output);
        Assert.Contains("1 of 4 features are constant and say nothing: constant", output);
        var fitted = LogisticModel.Read(model);
        Assert.Equal(("ill", "well"), (fitted.Minus, fitted.Plus));
        Assert.Contains(fitted.Weights, w => w.Feature == "age" && w.Weight < 0);

        (code, output, error) = await Slim.Run("logistic", "evaluate", model, data, "--json");
        Assert.True(code == 0, error);
        Assert.Equal(1, (double)JsonNode.Parse(output)!["accuracy"]!);

        // Without labels, and with the columns in another order.
        var people = Write("smoker,age,income,constant\n1,66,NA,7\n0,20,2,7\n", "new.csv");
        (code, output, error) = await Slim.Run("logistic", "predict", model, people);
        Assert.True(code == 0, error);
        Assert.Equal(
            ["class,probability", "ill", "well"],
            output.Trim().Split('\n').Select((l, i) => i == 0 ? l : l.Split(',')[0])
        );
    }

    [Fact]
    public async Task Cross_validation_leaves_a_model_a_page_and_numbers()
    {
        var data = Machine.SharedPath("data", "tabular", "breast_cancer_wdbc.libsvm.gz");
        var folder = Path.Combine(Machine.Folder(), "cv");
        var (code, output, error) = await Slim.Run(
            "logistic",
            "cv",
            data,
            "--penalty",
            "firm:zeta=0.1",
            "--betas",
            "12",
            "--folds",
            "5",
            "--threads",
            "1",
            "--out",
            folder
        );
        Assert.True(code == 0, error);
        Assert.Contains("least loss", output);
        Assert.Contains("firm:zeta=0.1, β =", output);
        Assert.DoesNotContain("at the end of the path", output);
        Assert.Equal(13, File.ReadAllLines(Path.Combine(folder, "cv.csv")).Length);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(folder, "report.html")));
        var model = LogisticModel.Read(Path.Combine(folder, "model.json"));
        Assert.InRange(model.Weights.Length, 2, 25);
        (code, output, _) = await Slim.Run("logistic", "evaluate", Path.Combine(folder, "model.json"), data, "--json");
        Assert.True((double)JsonNode.Parse(output)!["accuracy"]! > 0.96);
    }

    [Fact]
    public async Task Cross_validation_says_so_where_the_path_is_too_short()
    {
        var data = Machine.SharedPath("data", "tabular", "sonar.libsvm.gz");
        string[] shortPath = ["--betas", "5", "--least", "0.5", "--folds", "3", "--threads", "1"];
        var (code, output, error) = await Slim.Run(["logistic", "cv", data, .. shortPath]);
        Assert.True(code == 0, error);
        Assert.Contains("The loss is least at the end of the path", output);
    }

    [Fact]
    public async Task A_path_is_a_table_and_a_picture()
    {
        var data = Machine.SharedPath("data", "tabular", "sonar.libsvm.gz");
        var folder = Path.Combine(Machine.Folder(), "path");
        var (code, output, error) = await Slim.Run(
            "logistic",
            "path",
            data,
            "--betas",
            "10",
            "--penalty",
            "lp:p=0.5",
            "--out",
            folder
        );
        Assert.True(code == 0, error);
        Assert.Contains("no β excludes that nothing is selected", output);
        Assert.Equal(11, File.ReadAllLines(Path.Combine(folder, "path.csv")).Length);
        Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(folder, "path.svg")));
    }

    [Theory]
    [InlineData("1,2,0\n2,1,1\n3,2,0\n4,1,1\n", true)] // numbers alone
    [InlineData("5.1,3.5,setosa\n4.9,3,setosa\n7,3.2,other\n6.4,3.2,other\n", true)] // a label that comes again
    [InlineData("0,1,label\n2,1,1\n3,2,0\n4,1,1\n5,3,0\n", false)] // columns called by numbers
    public async Task A_table_without_a_header_keeps_its_first_row(string text, bool isSample)
    {
        var data = Write(text, "bare.csv");
        var model = Path.Combine(Path.GetDirectoryName(data)!, "model.json");
        var (code, output, error) = await Slim.Run("logistic", "fit", data, "--share", "0.3", "--out", model);
        Assert.True(code == 0, error);
        Assert.Contains(isSample ? "it is taken for a sample" : "is taken for the names of columns", output);
        Assert.Contains($"Labels are in the column '{(isSample ? "3" : "label")}'", output);

        // Every row counts: the file with its first row, and the same under a header, are the same samples.
        (code, output, error) = await Slim.Run("logistic", "evaluate", model, data, "--json");
        Assert.True(code == 0, error);
        Assert.Equal(4, (int)JsonNode.Parse(output)!["samples"]!);
    }

    [Theory]
    [InlineData("a,y\n1,yes\nx,no\n", "'x' in the column 'a' is no number")]
    [InlineData("a,y\n1,yes\n2,no\n3,perhaps\n", "needs exactly two classes")]
    [InlineData("a,y\n1,yes\n2\n", "1 values, but the header names 2")]
    [InlineData("a\n1\n", "no header of at least two columns")]
    [InlineData("a,y\n", "no samples")]
    [InlineData("a,a,y\n1,2,yes\n", "two columns called 'a'")]
    public async Task A_bad_table_is_told_in_a_sentence(string text, string part)
    {
        var (code, _, error) = await Slim.Run("logistic", "fit", Write(text, "bad.csv"), "--share", "0.1");
        Assert.Equal(2, code);
        Assert.Contains(part, error);
    }

    [Theory]
    [InlineData("Give --beta", "fit")]
    [InlineData("β must be 0 or more", "fit", "--beta", "-1")]
    [InlineData("There is no penalty 'l7'", "fit", "--beta", "1", "--penalty", "l7")]
    [InlineData("go with CSV files", "fit", "--beta", "1", "--label", "y")]
    [InlineData("share of the first in (0, 1)", "path", "--least", "2")]
    [InlineData("at least 2 folds", "cv", "--folds", "1")]
    public async Task A_wrong_option_is_told_in_a_sentence(string part, string command, params string[] options)
    {
        var data = Write("1 1:2\n-1 1:1\n1 1:3\n-1 2:1\n", "a.libsvm");
        var (code, _, error) = await Slim.Run(["logistic", command, data, .. options]);
        Assert.Equal(2, code);
        Assert.Contains(part, error);
    }
}
