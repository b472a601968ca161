using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Tests.Cli;
using TorchSharp;

namespace SlimSharp.Tests.Packages;

/// <summary>The programs in samples/ are built from packages, outside the repository, and run.</summary>
[Collection(nameof(Packed))]
[Trait("Length", "long")]
public partial class SampleTests(Packed packed)
{
    private string Built(string sample)
    {
        var folder = Path.Combine(packed.Samples, sample);
        Machine.Dotnet(folder, "build", "-c", "Release", $"-p:SlimSharpVersion={Packed.Version}");
        return Path.Combine(folder, "bin", "Release", "net10.0", $"{sample}.dll");
    }

    private static double[] Percentages(string output) =>
        [.. Percentage().Matches(output).Select(m => double.Parse(m.Groups[1].Value))];

    [Fact]
    public void A_loop_of_one_s_own_ends_in_a_small_file_that_onnx_runtime_runs()
    {
        Assert.True(File.ReadLines(Path.Combine(Machine.Root, "samples", "OwnLoop", "Program.cs")).Count() < 60);
        var folder = Machine.Folder();
        var output = Machine.Dotnet(folder, Built("OwnLoop"), Machine.SamplePath, "4");
        var accuracies = Percentages(output);
        Assert.Equal(6, accuracies.Length);
        Assert.True(accuracies[3] > 60 && accuracies[5] > accuracies[3] - 10, output);
        Assert.Contains("first test image: ", output);
        using var file = SlimFile.Load(Path.Combine(folder, "small.slim"));
        Assert.Contains(Verification.Of(file), c => c is { Name: "weights", Holds: true }); // recalibrated since, and says so
        Assert.DoesNotContain(Verification.Of(file), c => c.Holds == false);
        Assert.NotNull(file.Normalization);
        Assert.Equal(10, file.Classes.Count);
        Assert.True(new FileInfo(Path.Combine(folder, "small.onnx")).Length < 300_000);
    }

    [Fact]
    public void An_experiment_is_killed_goes_on_and_shows_what_the_cut_owes_to_the_penalty()
    {
        Assert.True(File.ReadLines(Path.Combine(Machine.Root, "samples", "Experiment", "Program.cs")).Count() < 70);
        var folder = Machine.Folder();
        string[] program = [Built("Experiment"), Machine.SamplePath, "runs", "6"];
        var output = Machine.Dotnet(folder, program);
        Assert.Contains("killed after its first checkpoint", output);
        Assert.DoesNotContain("epoch 1 of 6", output.Split("killed after")[1].Split("retrained")[0].Split("cut to")[0]);
        var accuracies = Percentages(output[output.IndexOf("whole: ", StringComparison.Ordinal)..]);
        Assert.True(accuracies[1] > accuracies[2] + 10, output); // the control
        var page = File.ReadAllText(Path.Combine(folder, "runs", "report.html"));
        foreach (var part in (string[])["sparse", "cut", "control", "retrained"])
            Assert.Contains(part, page);
        Assert.Contains("report: ", Machine.Dotnet(folder, program)); // what is done is not done again
    }

    [Fact]
    public async Task What_somebody_else_exported_is_shrunk_to_8_bits()
    {
        var folder = Machine.Folder();
        var run = Path.Combine(folder, "dense");
        await Slim.Json([
            .. new[] { "train", "--model", "vgg11", "--width", "0.125", "--data", Machine.SamplePath, "--pad", "32" },
            .. new[] { "--epochs", "3", "--threads", "2", "--out", run },
        ]);
        var theirs = Path.Combine(folder, "theirs.onnx");
        await Slim.Json("export", run, "--onnx", theirs);
        var output = Machine.Dotnet(folder, Built("Imported"), theirs, Machine.SamplePath, "2");
        var accuracies = Percentages(output);
        Assert.Equal(5, accuracies.Length);
        Assert.True(accuracies[^1] > accuracies[0] - 5, output);
        var size = new FileInfo(Path.Combine(folder, "small.int8.onnx")).Length;
        Assert.InRange(size, 1, new FileInfo(theirs).Length / 4);
    }

    [Fact]
    public async Task A_slimmed_network_answers_over_http_what_it_computes()
    {
        var images = CifarFolder();
        var folder = Machine.Folder();
        string Place(string name) => Path.Combine(folder, name);
        await Slim.Json([
            .. new[] { "train", "--model", "vgg11", "--width", "0.125", "--data", images, "--penalty", "tl1:a=1" },
            .. new[] { "--lambda", "3e-3", "--epochs", "6", "--threads", "2", "--out", Place("run") },
        ]);
        await Slim.Run("prune", Place("run"), "--macs", "0.6", "--recalibrate");
        await Slim.Json(
            "export",
            Path.Combine(Place("run"), "pruned.slim"),
            "--onnx",
            Place("a.onnx"),
            "--pixels",
            "bytes"
        );

        using var server = Machine.StartProgram(
            "dotnet",
            [Built("Served"), Place("a.onnx"), "--urls", "http://127.0.0.1:0"],
            folder
        );
        try
        {
            string? address = null;
            while (
                address is null
                && await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
            )
                address = Listening().Match(line) is { Success: true } match ? match.Groups[1].Value : null;
            using var client = new HttpClient { BaseAddress = new(address!) };
            using var file = SlimFile.Load(Path.Combine(Place("run"), "pruned.slim"));
            var files = Directory.GetFiles(Path.Combine(images, "test"), "*.jpg", SearchOption.AllDirectories);
            foreach (var path in files.Where((_, i) => i % 40 == 0))
            {
                var content = File.ReadAllBytes(path);
                using var reply = await client.PostAsync("classify", new ByteArrayContent(content));
                var best = (await reply.Content.ReadFromJsonAsync<JsonArray>())![0]!;
                Assert.Equal(file.Classes[Classify(file, content)], (string)best["class"]!);
                Assert.InRange((double)best["share"]!, 0.1, 1);
            }
            using var refused = await client.PostAsync("classify", new ByteArrayContent([1, 2, 3]));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("not an intact JPEG, PNG", await refused.Content.ReadAsStringAsync());
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private static int Classify(SlimFile file, byte[] content)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var model = file.ToModel();
        model.eval();
        using var batch = ImageBatches.InOrder(ImageFolder.Decode("image", content), file.Normalization!).Make([0]);
        return (int)model.call(batch.Images).argmax().item<long>();
    }

    // 300 training and 40 test images of every class, as JPEG files in folders.
    private static string CifarFolder()
    {
        var folder = Machine.Folder();
        foreach (var (part, count) in new[] { ("train", 300), ("test", 40) })
        {
            using var file = File.OpenRead(Machine.SharedPath("data", "cifar10", $"cifar10-jpeg-{part}.tar.gz"));
            using var stream = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                if (
                    entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    || int.Parse(Path.GetFileNameWithoutExtension(entry.Name)) >= count
                )
                    continue;
                var target = Path.Combine(folder, entry.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                entry.ExtractToFile(target, overwrite: false);
            }
        }
        return folder;
    }

    [GeneratedRegex(@"(\d+\.\d) %")]
    private static partial Regex Percentage();

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
