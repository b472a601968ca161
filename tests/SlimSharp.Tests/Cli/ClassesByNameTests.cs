using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Tests.Data;

namespace SlimSharp.Tests.Cli;

[Collection(nameof(Alone))]
public class ClassesByNameTests
{
    // Three classes of four pictures each, of 8×8, in train/ and test/.
    private static string Folders(params string[] classes)
    {
        var folder = Machine.Folder();
        foreach (var part in (string[])["train", "test"])
        {
            foreach (var (name, c) in classes.Select((n, c) => (n, c)))
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, part, name)).FullName;
                for (var i = 0; i < 4; i++)
                    File.WriteAllBytes(
                        Path.Combine(place, $"{i}.png"),
                        Pictures.Png(8, 8, [.. Enumerable.Range(0, 192).Select(k => (byte)(k * (c + 2) * 5 + i * 40))])
                    );
            }
        }
        return folder;
    }

    private static string Network(string data)
    {
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [4], 3, new Shape(3, 8, 8));
        using var file = new SlimFile
        {
            Network = network,
            Weights = Initialization.Draw(network, 1),
            Normalization = Normalization.Raw(3),
            Classes = ["disc", "square", "triangle"],
            Data = new() { Path = data, Validation = 0.25 },
        };
        var path = Path.Combine(Machine.Folder(), "tiny.slim");
        file.Save(path);
        return path;
    }

    [Fact]
    public async Task Class_folders_in_another_order_do_not_change_what_a_network_is_measured_at()
    {
        var data = Folders("disc", "square", "triangle");
        var network = Network(data);
        var before = await Slim.Json("evaluate", network);
        foreach (var part in (string[])["train", "test"])
            Directory.Delete(Path.Combine(data, part, "disc"), recursive: true);
        var lacking = await Slim.Json("evaluate", network);
        Assert.Contains("holds no images of disc", (string)lacking[0]["warning"]!);
        Assert.Equal((12, 8), ((int)before[^1]["images"]!, (int)lacking[^1]["images"]!));

        // Under a name that comes last, the class is another one, and no longer the first.
        var renamed = Folders("zdisc", "square", "triangle");
        foreach (
            string[] command in (string[][])
                [
                    ["evaluate", network, "--data", renamed],
                    ["quantize", network, "--data", renamed],
                    ["inspect", network, "--curve", "--data", renamed],
                    ["inspect", network, "--lambda-range", "--penalty", "l1", "--data", renamed],
                    ["retrain", network, "--data", renamed, "--epochs", "1", "--out", Path.Combine(data, "run")],
                ]
        )
        {
            var (code, _, error) = await Slim.Run([.. command, "--validation", "0.25"]);
            Assert.Equal(2, code);
            Assert.Contains("knows no class zdisc", error);
            Assert.Contains("square, triangle, zdisc", error);
            Assert.Contains("disc, square, triangle", error);
        }
    }
}
