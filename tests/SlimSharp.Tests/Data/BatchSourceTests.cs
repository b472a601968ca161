using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Data;

public class BatchSourceTests
{
    private static Dictionary<string, torch.Tensor> Named(string name, torch.Tensor tensor) =>
        new() { [name] = tensor };

    private static int[][] Read(IEnumerable<Batch> batches, torch.Tensor inputs, torch.Tensor targets)
    {
        var read = new List<int[]>();
        foreach (var batch in batches)
        {
            using (batch)
            {
                int[] rows = [.. batch.Indices];
                var all = Numbers.Read(inputs);
                Assert.Equal(rows.SelectMany(r => all[(3 * r)..(3 * r + 3)]), Numbers.Read(batch.Inputs["x"]));
                var values = Numbers.Read(targets);
                Assert.Equal(rows.Select(r => values[r]), Numbers.Read(batch.Target("y")));
                read.Add(rows);
            }
        }
        return [.. read];
    }

    [Fact]
    public void Tensors_come_once_per_epoch_row_by_row_with_their_targets_and_go_on_from_any_place()
    {
        using var x = torch.arange(33, torch.float32).reshape(11, 3);
        using var y = torch.arange(11, torch.float64).reshape(11, 1);
        var source = new TensorBatches("mine", Named("x", x), Named("y", y), 4, seed: 3);
        var whole = Read(source.Epoch(2), x, y);
        Assert.Equal([4, 4, 3], whole.Select(b => b.Length));
        Assert.Equal(source.BatchCount, whole.Length);
        Assert.Equal(Enumerable.Range(0, 11), whole.SelectMany(b => b).Order());
        Assert.Equal(whole[1..], Read(source.Epoch(2, first: 1), x, y));
        Assert.NotEqual(whole, Read(source.Epoch(3), x, y));
        Assert.Equal(Enumerable.Range(0, 11), Read(source.All(), x, y).SelectMany(b => b));
    }

    [Fact]
    public void A_last_batch_of_one_is_left_out_where_it_is_asked_for()
    {
        using var x = torch.zeros(9, 3);
        var source = new TensorBatches("mine", Named("x", x), new Dictionary<string, torch.Tensor>(), 4);
        Assert.Equal(3, source.BatchCount);
        source = new("mine", Named("x", x), new Dictionary<string, torch.Tensor>(), 4) { LeavesOutSingle = true };
        Assert.Equal(2, source.BatchCount);
        Assert.Equal(2, source.Epoch(0).Count());
        var set = new ImageSet("s", new Shape(1, 2, 2), new byte[36], new int[9], ["a"]);
        var images = new ImageBatches(set, 4, Normalization.Unit(1), Augmentation.None, 0) { LeavesOutSingle = true };
        var seen = 0;
        foreach (var batch in images.Epoch(0))
        {
            using (batch)
                seen += batch.Count;
        }
        Assert.Equal((2, 8), (images.BatchCount, seen));
    }

    [Fact]
    public void What_does_not_fit_together_is_said()
    {
        using var x = torch.zeros(4, 3);
        using var y = torch.zeros(5);
        string Refusal(Action act) => Assert.Throws<DataException>(act).Message;
        var none = new Dictionary<string, torch.Tensor>();
        Assert.Contains("'y' is 5", Refusal(() => _ = new TensorBatches("mine", Named("x", x), Named("y", y), 2)));
        Assert.Contains("mine: there is no input", Refusal(() => _ = new TensorBatches("mine", none, none, 2)));
        Assert.Contains(
            "'y' of a batch is 5",
            Refusal(() => _ = new Batch(Named("x", x), Named("y", y), [0, 1, 2, 3]))
        );
        Assert.Contains("at least one input", Refusal(() => _ = new Batch(none, none, [])));
        using var batch = new Batch(Named("x", torch.zeros(4, 3)), none, [0, 1, 2, 3]);
        Assert.Contains("no target 'label'; it has none at all", Refusal(() => _ = batch.Labels));
    }

    [Fact]
    public void The_inputs_of_a_network_are_found_by_name_and_the_only_one_whatever_its_name()
    {
        var b = new NetworkBuilder("one", new Shape(3));
        using var model = new Model(b.Build(b.Linear("out", b.Input, 2)));
        var name = model.Network.Inputs.Single().Name;
        var none = new Dictionary<string, torch.Tensor>();
        using var single = new Batch(Named("whatever", torch.ones(2, 3, torch.float64)), none, [0, 1]);
        var given = single.InputsFor(model);
        Assert.Equal([name], given.Keys);
        Assert.Equal(torch.float32, given[name].dtype);
        using var two = new Batch(
            new Dictionary<string, torch.Tensor> { ["a"] = torch.ones(2, 3), ["b"] = torch.ones(2, 3) },
            none,
            [0, 1]
        );
        Assert.Contains(
            $"has an input '{name}', which the batch lacks",
            Assert.Throws<DataException>(() => two.InputsFor(model)).Message
        );
    }
}
