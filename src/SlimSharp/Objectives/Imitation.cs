using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Objectives;

/// <summary>
/// To compute what another network does, without labels: T²·KL(softmax(t/T) ‖ softmax(s/T)) of the logits t of the
/// teacher and s of the model, the mean over samples (and positions), summed over the outputs (Hinton, Vinyals and
/// Dean, 2015); and for each chosen node its weight times ‖s − t‖²/‖t‖² over the batch. The teacher sees the same
/// inputs, in evaluation. Measures the agreement: how often the largest logit is at the same place.
/// </summary>
public sealed class Imitation : Objective
{
    private const string Taught = "teacher ";
    private const string Square = "teacher's square of "; // the mean of ‖t‖² over the batch's samples, for each of them
    private const double Least = 1e-30; // of ‖t‖², so that a silent node costs what it says and not NaN
    private static readonly NamedMeasure Error = new("relative error", false);
    private readonly Model _teacher;

    /// <param name="teacher">The teacher; it stays the caller's. Its outputs are imitated in their order.</param>
    public Imitation(Model teacher) => _teacher = teacher;

    /// <summary>T > 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public double Temperature
    {
        get;
        init =>
            field =
                value > 0 && double.IsFinite(value)
                    ? value
                    : throw new ArgumentOutOfRangeException(nameof(value), value, "The temperature must be positive.");
    } = 4;

    /// <summary>The weight ≥ 0 of the logits' term. Of 0, the outputs are not imitated.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public double LogitsWeight
    {
        get;
        init => field = Checked(value);
    } = 1;

    /// <summary>The weights ≥ 0 of nodes whose values are imitated, by a name that model and teacher share.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative.</exception>
    public IReadOnlyDictionary<string, double> NodeWeights
    {
        get;
        init => field = value.ToDictionary(w => w.Key, w => Checked(w.Value));
    } = new Dictionary<string, double>();

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Nodes(Network network) =>
        [.. network.Outputs.Concat(NodeWeights.Keys).Distinct()];

    /// <inheritdoc/>
    public override IReadOnlyList<NamedMeasure> Measures(Network network) =>
        [.. PerOutput(network, NamedMeasure.Agreement), .. NodeWeights.Keys.Select(Error.Of)];

    /// <inheritdoc/>
    public override void Check(Network network, BatchSource source)
    {
        base.Check(network, source);
        if (_teacher.Network.Outputs.Length != network.Outputs.Length)
            throw new DataException(
                $"The teacher {_teacher.Network.Name} has {_teacher.Network.Outputs.Length} outputs, but {network.Name} has {network.Outputs.Length}; they are imitated one by one."
            );
        foreach (var (own, theirs) in Pairs(network))
        {
            if (!network.Shapes.ContainsKey(own) || !_teacher.Network.Shapes.ContainsKey(theirs))
                throw new DataException(
                    $"There is no node '{own}' in {(network.Shapes.ContainsKey(own) ? $"the teacher {_teacher.Network.Name}" : network.Name)}; imitate nodes that both networks have."
                );
            if (network.Shapes[own] != _teacher.Network.Shapes[theirs])
                throw new DataException(
                    $"'{own}' of {network.Name} is {network.Shapes[own]}, but '{theirs}' of the teacher {_teacher.Network.Name} is {_teacher.Network.Shapes[theirs]}; only values of one shape can be imitated."
                );
        }
    }

    /// <summary>The batch with the teacher's values as targets.</summary>
    public override Batch Prepare(Batch batch)
    {
        using var still = torch.no_grad();
        string[] wanted = [.. _teacher.Network.Outputs.Concat(NodeWeights.Keys).Distinct()];
        var values = _teacher.Run(batch.InputsFor(_teacher), wanted, mode: RunMode.Evaluation);
        var targets = values.ToDictionary(v => Taught + v.Key, v => v.Value);
        // Of the whole batch, so that the error of a part of it is a share of the same.
        foreach (var node in NodeWeights.Keys)
        {
            using Scalar count = batch.Count;
            using var square = values[node].mul(values[node]);
            using var mean = square.sum().div_(count);
            targets[Square + node] = mean.expand(batch.Count).clone();
        }
        return batch.With(targets);
    }

    /// <inheritdoc/>
    public override torch.Tensor Loss(Network network, Batch batch, IReadOnlyDictionary<string, torch.Tensor> values)
    {
        torch.Tensor? sum = null;
        void Add(torch.Tensor term) => sum = sum is null ? term : sum.add(term, Scalars.One);
        for (var i = 0; i < network.Outputs.Length && LogitsWeight > 0; i++)
        {
            var (own, theirs) = Both(network.Outputs[i], _teacher.Network.Outputs[i], batch, values);
            Add(Divergence(own, theirs, Temperature, LogitsWeight));
        }
        foreach (var (node, weight) in NodeWeights)
        {
            using Scalar factor = weight;
            Add(RelativeError(node, batch, values).mul(factor));
        }
        return sum
            ?? throw new DataException(
                $"Nothing is imitated: {nameof(LogitsWeight)} is 0 and {nameof(NodeWeights)} is empty."
            );
    }

    /// <inheritdoc/>
    public override void AddMeasures(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        Span<double> sums
    )
    {
        using var still = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        double Agreeing(string output, string theirName)
        {
            var (own, theirs) = Both(output, theirName, batch, values);
            var hits = own.argmax(1).eq(theirs.argmax(1));
            return Numbers.Single(hits.sum()) * batch.Count / hits.numel();
        }
        AddPerOutput([.. network.Outputs.Zip(_teacher.Network.Outputs, Agreeing)], sums);
        var at = PerOutput(network, NamedMeasure.Agreement).Count;
        foreach (var node in NodeWeights.Keys)
        {
            sums[at++] += Numbers.Single(RelativeError(node, batch, values)) * batch.Count;
        }
    }

    /// <summary>
    /// weight·T²·KL(softmax(taught/T) ‖ softmax(own/T)) along the second dimension, the mean over all others.
    /// </summary>
    internal static torch.Tensor Divergence(torch.Tensor own, torch.Tensor taught, double temperature, double weight)
    {
        using Scalar cool = 1 / temperature;
        using Scalar factor = weight * temperature * temperature / (own.numel() / own.shape[1]);
        var (s, t) = (F.log_softmax(own.mul(cool), 1), F.log_softmax(taught.mul(cool), 1));
        return t.exp().mul(t.sub(s)).sum().mul(factor);
    }

    private static torch.Tensor RelativeError(
        string node,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values
    )
    {
        using Scalar least = Least;
        var (own, theirs) = Both(node, node, batch, values);
        var difference = own.sub(theirs);
        var square = batch.Target(Square + node).to(own.dtype, own.device);
        return difference.mul(difference).sum().div(square.sum().clamp_min(least));
    }

    private static (torch.Tensor Own, torch.Tensor Theirs) Both(
        string own,
        string theirs,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values
    )
    {
        var value = values[own];
        return (value, batch.Target(Taught + theirs).to(value.dtype, value.device));
    }

    private IEnumerable<(string Own, string Theirs)> Pairs(Network network) =>
        network.Outputs.Zip(_teacher.Network.Outputs).Concat(NodeWeights.Keys.Select(n => (n, n)));

    private static double Checked(double weight) =>
        weight >= 0 && double.IsFinite(weight)
            ? weight
            : throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight must be 0 or more.");
}
