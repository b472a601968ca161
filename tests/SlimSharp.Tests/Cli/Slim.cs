using System.Text.Json.Nodes;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// Runs the command in this process and catches what it prints. For tests of the collection <see cref="Alone"/>.
/// </summary>
internal static class Slim
{
    private static readonly Lazy<string> Written = new(() =>
    {
        var sample = SlimSharp.Data.DataSource.Read(new() { Path = Machine.SamplePath, Validation = 0 });
        var folder = Path.Combine(Machine.Folder(), "fashion");
        SlimSharp.Data.Idx.Write(folder, "train", sample.Train!.Subset([.. Enumerable.Range(0, 300)]));
        SlimSharp.Data.Idx.Write(folder, "t10k", sample.Test!.Subset([.. Enumerable.Range(0, 200)]));
        return folder;
    });

    /// <summary>A part of the sample: 300 training and 200 test images.</summary>
    internal static string Images => Written.Value;

    /// <summary>A training of two epochs of a small network.</summary>
    internal static string[] Train(string output, params string[] more) => TrainFor("2", output, more);

    internal static string[] TrainFor(string epochs, string output, params string[] more) =>
        [
            "train",
            "--model",
            "vgg11",
            "--width",
            "0.05",
            "--data",
            Images,
            "--pad",
            "32",
            "--epochs",
            epochs,
            "--threads",
            "1",
            "--out",
            output,
            .. more,
        ];

    /// <summary>The lines that a command prints for machines; it must succeed without a warning.</summary>
    internal static async Task<JsonNode[]> Json(params string[] arguments)
    {
        var (code, output, error) = await Run([.. arguments, "--json"]);
        Assert.Equal((0, ""), (code, error));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
    }

    /// <summary>The same for a command in one line, without spaces in its words.</summary>
    internal static Task<JsonNode[]> Json(string command) => Json(command.Split(' '));

    internal static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var caughtOutput = new StringWriter();
        using var caughtError = new StringWriter();
        Console.SetOut(caughtOutput);
        Console.SetError(caughtError);
        try
        {
            var code = await SlimSharp.Cli.CommandTree.Run(arguments);
            return (code, caughtOutput.ToString(), caughtError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Threads.Count = 1;
        }
    }
}
