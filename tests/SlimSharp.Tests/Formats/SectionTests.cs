using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Formats;

/// <summary>The sections of a .slim file: of this version, and what earlier ones had in their place.</summary>
public class SectionTests
{
    private static readonly Network Tiny = Vgg.Create("tiny", [4, 0, 6], 10, new Shape(1, 28, 28));
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 24)]);
    private static readonly Normalization Norm = new([0.5], [0.25]);
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 8,
        KeepBest = true,
        LearningRate = new CosineDecay { Initial = 0.05 },
        Augmentation = Augmentation.None,
    };

    private static readonly SlimDescription Description = new() { Network = Tiny, Normalization = Norm };

    [Theory]
    [InlineData("@x")]
    [InlineData("@best/conv")]
    [InlineData("@network/@x")]
    [InlineData("@probe/inputs")]
    public void Nodes_may_be_called_as_sections_are(string name)
    {
        var b = new NetworkBuilder("odd", new Shape(4));
        var network = b.Build(b.Linear("last", b.BatchNorm($"{name}.bn", b.Linear(name, b.Input, 3)), 2));
        using var model = new Model(network, seed: 1);
        using var file = new SlimFile
        {
            Network = network,
            Weights = model.CopyWeights(),
            Best = model.CopyWeights(),
        };
        var path = Path.Combine(Machine.Folder(), "odd.slim");
        file.Save(path);
        using var read = SlimFile.Load(path);
        Assert.Equal(file.Weights.Hash(), read.Weights.Hash());
        Assert.Equal(file.Best.Hash(), read.Best.Hash());
    }

    [Fact]
    public void Threads_of_one_process_may_write_one_file()
    {
        using var model = new Model(Tiny, seed: 1);
        using var file = new SlimFile { Network = Tiny, Weights = model.CopyWeights() };
        var path = Path.Combine(Machine.Folder(), "shared.slim");
        Parallel.For(0, 16, new() { MaxDegreeOfParallelism = 4 }, _ => file.Save(path, $"{path}.before"));
        using var read = SlimFile.Load(path);
        Assert.Equal(file.Weights.Hash(), read.Weights.Hash());
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(path)!).Length);
    }

    // A training with everything that a checkpoint can hold; the last checkpoint in the middle is saved.
    private static (string Path, string Hash) Train(Func<string, string> change)
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        using var model = new Model(Tiny, seed: 1);
        using var method = new ProximalSplitting(model, new L1(), 1e-2, 10);
        new Trainer(Options, method)
        {
            Save = c =>
            {
                if (c.Position is { Epoch: 2, Batch: 1 })
                    Description.Save(path, c);
            },
            SaveEvery = TimeSpan.Zero,
        }.Train(model, Set, Set, Norm);
        using var weights = model.CopyWeights();
        return (change(path), weights.Hash());
    }

    private static string Resume(string path)
    {
        using var file = SlimFile.Load(path);
        using var from = file.ToCheckpoint();
        using var model = new Model(Tiny, seed: 2);
        using var method = new ProximalSplitting(model, new L1(), 1e-2, 10);
        new Trainer(Options, method).Train(model, Set, Set, Norm, from);
        using var weights = model.CopyWeights();
        return weights.Hash();
    }

    [Fact]
    public void A_checkpoint_of_this_version_goes_on_to_the_same_bits()
    {
        var (path, hash) = Train(p => p);
        using (var file = SlimFile.Load(path))
        {
            Assert.Equal(Tiny.Parameters().Count(p => p.Parameter.IsTrained), file.Optimizer.Names.Count(IsNetworks));
            Assert.NotEmpty(file.Methods.Names);
            Assert.Equal(file.Weights.Names, file.Best.Names);
            Assert.Empty(file.Source.Names);
            Assert.Null(file.Probe);
        }
        Assert.Equal(hash, Resume(path));
    }

    private static bool IsNetworks(string memory) => Tiny.Parameters().Any(p => memory == $"momentum.{p.Name}");

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void A_checkpoint_of_an_earlier_version_goes_on_to_the_same_bits(string version)
    {
        var (path, hash) = Train(p => Earlier(p, version));
        using (var read = SafeTensors.Read(path))
        {
            Assert.Equal(version, read.Metadata["format"]);
            Assert.Contains("@momentum.classifier.weight", read.Tensors.Keys);
            Assert.Contains("@best.classifier.weight", read.Tensors.Keys);
            Assert.Contains(read.Tensors.Keys, k => k.StartsWith("@regularizer.", StringComparison.Ordinal));
        }
        Assert.Equal(hash, Resume(path));
    }

    // As versions 1 and 2 wrote it.
    private static string Earlier(string path, string version)
    {
        using var read = SafeTensors.Read(path);
        var tensors = read.Tensors.ToDictionary(
            t =>
                t.Key.Replace("@optimizer/", "@", StringComparison.Ordinal)
                    .Replace("@best/", "@best.", StringComparison.Ordinal)
                    .Replace("@methods/", "@regularizer.", StringComparison.Ordinal),
            t => t.Value
        );
        var metadata = new Dictionary<string, string>(read.Metadata)
        {
            ["format"] = version,
            ["hashes"] = System.Text.Json.JsonSerializer.Serialize(
                tensors.ToDictionary(t => t.Key, t => Numbers.Hash(t.Value))
            ),
            [HeaderSeal.Key] = HeaderSeal.Blank,
        };
        if (version == "1")
            metadata.Remove(HeaderSeal.Key);
        using (var stream = File.Create(path))
            SafeTensors.Write(stream, tensors, metadata);
        return path;
    }

    [Fact]
    public void Every_section_is_stored_under_a_name_that_leads_back_to_it()
    {
        string[] names = ["a", "a.b", "momentum.a", "best.a", "a/b", "@a"];
        foreach (var section in Enum.GetValues<Section>())
        {
            foreach (var name in names.Where(n => section != Section.Network || n != "@a"))
                Assert.Equal((section, name), SectionNames.Of(SectionNames.InFile(section, name), SlimFile.Format));
        }
        Assert.Equal(
            Enum.GetValues<Section>().Length,
            Enum.GetValues<Section>().Select(s => SectionNames.InFile(s, "x")).Distinct().Count()
        );
    }

    [Fact]
    public void A_tensor_of_an_unknown_section_is_refused_in_a_sentence()
    {
        var (path, _) = Train(p => p);
        using (var read = SafeTensors.Read(path))
        {
            using var stray = torch.zeros(1);
            var tensors = new Dictionary<string, torch.Tensor>(read.Tensors) { ["@future/x"] = stray };
            var metadata = new Dictionary<string, string>(read.Metadata)
            {
                ["hashes"] = System.Text.Json.JsonSerializer.Serialize(
                    tensors.ToDictionary(t => t.Key, t => Numbers.Hash(t.Value))
                ),
                [HeaderSeal.Key] = HeaderSeal.Blank,
            };
            using var stream = File.Create(path);
            SafeTensors.Write(stream, tensors, metadata);
        }
        Assert.Contains("'@future/x'", Assert.Throws<FileFormatException>(() => SlimFile.Load(path)).Message);
    }

    [Fact]
    public void A_source_that_stands_somewhere_of_its_own_goes_on_from_there()
    {
        var path = Path.Combine(Machine.Folder(), "x.slim");
        var source = new Counting(new ImageBatches(Set, 8, Norm, Augmentation.None, 1));
        using (var model = new Model(Tiny, seed: 1))
        {
            new Trainer(Options with { KeepBest = false })
            {
                Save = c =>
                {
                    if (c.Position is { Epoch: 1, Batch: 2 })
                        Description.Save(path, c);
                },
                SaveEvery = TimeSpan.Zero,
            }.Train(model, source);
        }
        using var file = SlimFile.Load(path);
        using var from = file.ToCheckpoint();
        using var again = new Model(Tiny, seed: 1);
        var resumed = new Counting(new ImageBatches(Set, 8, Norm, Augmentation.None, 1));
        new Trainer(Options with { KeepBest = false }).Train(again, resumed, from: from);
        Assert.Equal(9, source.Given);
        Assert.Equal(9, resumed.Given);
    }

    [Fact]
    public void A_checkpoint_of_other_methods_is_refused_in_a_sentence()
    {
        var (path, _) = Train(p => p);
        using var file = SlimFile.Load(path);
        using var from = file.ToCheckpoint();
        from!.Methods.Remove(from.Methods.Names.First());
        using var model = new Model(Tiny, seed: 2);
        using var method = new ProximalSplitting(model, new L1(), 1e-2, 10);
        Assert.Contains(
            "it is of other methods",
            Assert
                .Throws<TrainingException>(() => new Trainer(Options, method).Train(model, Set, Set, Norm, from))
                .Message
        );
    }

    /// <summary>Counts the batches that it gives, over all sessions.</summary>
    private sealed class Counting(BatchSource source) : BatchSource
    {
        internal long Given { get; private set; }

        public override string Name => source.Name;

        public override int Count => source.Count;

        public override int BatchCount => source.BatchCount;

        public override IReadOnlyCollection<string> Targets => source.Targets;

        public override IEnumerable<Batch> Epoch(int epoch, int first = 0)
        {
            foreach (var batch in source.Epoch(epoch, first))
            {
                Given++;
                yield return batch;
            }
        }

        public override void SavePlace(Weights place) => place["given"] = torch.tensor(Given);

        public override void RestorePlace(Weights place) => Given = place["given"].item<long>();
    }
}
