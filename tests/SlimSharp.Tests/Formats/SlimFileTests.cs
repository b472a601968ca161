using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Formats;

public class SlimFileTests
{
    private static SlimFile Cut(ConstantTreatment constants = ConstantTreatment.Drop) => Cut(out _, constants);

    // A small network cut in half, with everything that a file can hold.
    private static SlimFile Cut(out SlimFile original, ConstantTreatment constants = ConstantTreatment.Drop)
    {
        var network = Vgg.Create("tiny", [6, 0, 8], 10, new Shape(1, 28, 28));
        original = new() { Network = network, Weights = Drawn.Weights(network, 3) };
        using var model = original.ToModel();
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5), Constants = constants });
        using var cut = Surgeon.Apply(model, plan);
        return cut.ToFile() with
        {
            Normalization = new([0.3], [0.2]),
            Classes = Idx.FashionClasses,
            Data = new() { Path = "data/fashion-mnist", Pad = 32 },
            Provenance = new Dictionary<string, string> { ["seed"] = "3" },
        };
    }

    private static string Save(SlimFile file)
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        file.Save(path);
        return path;
    }

    [Fact]
    public void Everything_comes_back()
    {
        using var file = Cut();
        using var read = SlimFile.Load(Save(file));
        Assert.Equal(file.Network, read.Network);
        Assert.Equal(file.Weights.Hash(), read.Weights.Hash());
        Assert.Equal(file.Probe!.ToWeights().Hash(), read.Probe!.ToWeights().Hash());
        Assert.Equal(file.Normalization, read.Normalization);
        Assert.Equal(file.Classes, read.Classes);
        // To be found from anywhere.
        Assert.Equal(file.Data! with { Path = Path.GetFullPath(file.Data.Path) }, read.Data);
        Assert.Equal(file.Certificate, read.Certificate);
        Assert.Equal(file.Plan!.Explain(), read.Plan!.Explain());
        Assert.Equal(file.Provenance, read.Provenance);
    }

    [Fact]
    public void Names_of_classes_are_as_many_as_the_outputs_and_each_is_there_once()
    {
        using var file = Cut();
        var path = Path.Combine(Machine.Folder(), "unwritten.slim");
        string Said(params string[] names) =>
            Assert.Throws<FileFormatException>(() => (file with { Classes = names }).Save(path)).Message;
        Assert.Contains("names 3 classes, but its network has 10 outputs", Said(["a", "b", "c"]));
        Assert.Contains("names 11 classes", Said([.. Idx.FashionClasses, "k"]));
        var (first, rest) = (Idx.FashionClasses[0], Idx.FashionClasses.Skip(1).ToArray());
        Assert.Contains($"two of its classes are called '{rest[0]}'", Said([rest[0], .. rest]));
        Assert.False(File.Exists(path)); // nothing is written that could not be read again
        foreach (
            var names in (string[][])
                [
                    [],
                    [first, .. rest],
                ]
        )
            SlimFile.Load(Save(file with { Classes = names })).Dispose();
    }

    [Fact]
    public void Every_topology_comes_back_as_it_was()
    {
        foreach (var network in Topologies.All.Values)
        {
            using var file = new SlimFile { Network = network, Weights = Initialization.Draw(network, 1) };
            using var read = SlimFile.Load(Save(file));
            Assert.Equal(network, read.Network);
            Assert.Equal(file.Weights.Hash(), read.Weights.Hash());
        }
    }

    [Fact]
    public void A_new_process_computes_the_same()
    {
        using var file = Cut();
        var path = Save(file);
        using var model = file.ToModel();
        var set = DataSource.Read(new() { Path = Machine.SamplePath }).Test!;
        var here = Evaluation.Of(model, set, file.Normalization!);
        var (code, output, error) = Machine.RunSlim(
            "evaluate",
            path,
            "--data",
            Machine.SamplePath,
            "--json",
            "--threads",
            "1"
        );
        Assert.Equal((0, ""), (code, error));
        var there = JsonNode.Parse(output)!;
        Assert.Equal(
            (here.Accuracy, here.Loss, here.Count),
            ((double)there["accuracy"]!, (double)there["loss"]!, (int)there["images"]!)
        );
    }

    [Fact]
    public void Any_flipped_byte_is_refused_or_changes_nothing_that_counts()
    {
        using var file = Cut();
        var path = Save(file);
        var bytes = File.ReadAllBytes(path);
        var weights = file.Weights.Hash();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255])
            .Sample(
                (at, flip) =>
                {
                    var damaged = bytes.ToArray();
                    damaged[at] ^= flip;
                    var other = path + $".{Environment.CurrentManagedThreadId}";
                    File.WriteAllBytes(other, damaged);
                    try
                    {
                        using var read = SlimFile.Load(other);
                        return read.Weights.Hash() == weights;
                    }
                    catch (FileFormatException e)
                    {
                        return e.Message.StartsWith(other, StringComparison.Ordinal);
                    }
                },
                iter: 400,
                threads: 1
            );
    }

    [Fact]
    public void What_is_no_slim_file_or_of_a_later_format_is_refused()
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        File.WriteAllText(path, "hello, world: no tensors here");
        Assert.Contains(
            "not a safetensors file",
            Assert.Throws<FileFormatException>(() => SlimFile.Load(path)).Message
        );
        using (var stream = File.Create(path))
            SafeTensors.Write(stream, new Dictionary<string, torch.Tensor>());
        Assert.Contains("not a .slim file", Assert.Throws<FileFormatException>(() => SlimFile.Load(path)).Message);
        using (var stream = File.Create(path))
            SafeTensors.Write(
                stream,
                new Dictionary<string, torch.Tensor>(),
                new Dictionary<string, string> { ["format"] = "4", ["network"] = "{}" }
            );
        Assert.Contains(
            "is of format 4; this program reads 1, 2 and 3",
            Assert.Throws<FileFormatException>(() => SlimFile.Load(path)).Message
        );
        Assert.Contains("no file", Assert.Throws<FileFormatException>(() => SlimFile.Load(path + "x")).Message);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        var path = Path.Combine(Machine.Folder(), "x.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<InvalidOperationException>(() =>
            AtomicFile.Write(
                path,
                s =>
                {
                    s.WriteByte(1);
                    throw new InvalidOperationException();
                }
            )
        );
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void What_killed_processes_left_is_removed_and_nothing_of_the_living_or_of_others()
    {
        var folder = Machine.Folder();
        string At(string name) => Path.Combine(folder, name);
        var here = TemporaryFile.NameFor("")[$".{Environment.ProcessId}".Length..];
        using var living = System.Diagnostics.Process.Start("sleep", "60");
        var gone = Machine.GoneProcess();
        var old = DateTime.UtcNow.AddDays(-1);
        string[] removed = [$"y.slim.{gone}{here}", $"z.{gone}{here}", $"x.txt.{gone}.tmp", $"y.{gone}-0123abcd.tmp"];
        string[] kept =
        [
            $"y.slim.{living.Id}{here}",
            $"y.{gone + 1}-0123abcd.tmp",
            $"y.{gone}.tmp",
            "notes.tmp",
            "y.slim",
        ];
        foreach (var name in removed.Concat(kept))
            File.WriteAllText(At(name), name);
        File.SetLastWriteTimeUtc(At(removed[^1]), old); // of another machine
        // The number of a process that lives, but was not there yet.
        File.WriteAllText(At($"w.{living.Id}{here}"), "w");
        File.SetLastWriteTimeUtc(At($"w.{living.Id}{here}"), old);
        var written = At($"v.{gone}{here}");
        using (new FileStream(written, FileMode.Create, FileAccess.Write, FileShare.Delete)) // as in another container
            AtomicFile.WriteText(At("x.txt"), "new");
        Assert.Equal(
            kept.Append("x.txt").Append(Path.GetFileName(written)).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
        );
        AtomicFile.WriteText(At("x.txt"), "newer");
        Assert.False(File.Exists(written));
        living.Kill();
        living.WaitForExit();
        AtomicFile.WriteText(At("x.txt"), "newest");
        Assert.False(File.Exists(At(kept[0])));
    }

    [Fact]
    public void Files_of_this_format_version_stay_readable()
    {
        var path = Path.Combine(Machine.Root, "tests", "SlimSharp.Tests", "Fixtures", "format3.slim");
        using (var read = SafeTensors.Read(path))
            Assert.Equal("3", read.Metadata["format"]);
        using var file = SlimFile.Load(path);
        Assert.Equal("tiny", file.Network.Name);
        Assert.All(Verification.Of(file), c => Assert.True(c.Holds, c.ToString()));
        Assert.Equal(new Normalization([0.3], [0.2]), file.Normalization);
        Assert.Equal((3, 21L), (file.Position!.Epoch, file.Position.Steps));
        Assert.Equal(
            file.Network.Parameters().Where(p => p.Parameter.IsTrained).Select(p => $"momentum.{p.Name}").Order(),
            file.Optimizer.Names.Order()
        );
        Assert.Equal(file.Weights.Hash(), file.Best.Hash());
        Assert.Equal([1.0, 2.0], file.Methods.Values("split"));
        Assert.Equal([7.0], file.Source.Values("given"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void Files_of_every_format_version_stay_readable(string version)
    {
        var path = Path.Combine(Machine.Root, "tests", "SlimSharp.Tests", "Fixtures", $"format{version}.slim");
        Assert.Equal(version, SafeTensors.Read(path).Metadata["format"]);
        using var file = SlimFile.Load(path);
        Assert.Equal("tiny", file.Network.Name);
        Assert.Equal(new PlanTarget.Ratio(0.5), file.Plan!.Options.Target);
        var checks = Verification.Of(file);
        Assert.DoesNotContain(checks, c => c.Holds == false);
        Assert.Contains(checks, c => c is { Name: "units", Holds: null } && c.Detail.Contains("older version"));
        Assert.Contains(checks, c => c is { Name: "function", Holds: true } && c.Detail.Contains("older version"));
    }
}
