using System.Text.Json;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>
/// Pruning in rounds as in OrthoReg's released code, without the training between: one ranking of all filters, a cap on
/// what may go of a layer, and in ResNets no cap, filters of the trunk set to zero instead of cut, and percentages in
/// whole numbers.
/// </summary>
internal sealed class OrthoPruning : IDisposable
{
    private readonly OrthoReference _reference;
    private readonly string _estimator;
    private readonly RemovalCap? _cap; // null in ResNets
    private readonly bool _isResNet;
    private readonly string[] _convolutions;
    private readonly List<int>[] _kept; // by convolution, numbered as in the uncut network
    private readonly int _filters;
    private Model _model;

    private OrthoPruning(OrthoReference reference, string estimator, bool keepsLast)
    {
        (_reference, _estimator, _model) = (reference, estimator, reference.Start());
        _convolutions = [.. reference.Convolutions];
        _isResNet = reference.Network.Nodes.Any(n => n.Layer is Add);
        _cap = _isResNet ? null : new(KeepsLast: keepsLast);
        _kept = [.. _convolutions.Select(c => Enumerable.Range(0, WidthOf(c)).ToList())];
        _filters = _kept.Sum(k => k.Count);
    }

    public void Dispose() => _model.Dispose();

    internal static IEnumerable<Deviation> Compare(OrthoReference reference, string name)
    {
        var first = new Dictionary<string, double[][]>();
        foreach (var expected in reference.Numbers.GetProperty("pruning").EnumerateArray())
        {
            var estimator = expected.GetProperty("estimator").GetString()!;
            var (percent, rounds) = (expected.GetProperty("percent"), expected.GetProperty("rounds"));
            var run = $"{name} {estimator} {percent} % in {rounds}";
            if (!first.TryGetValue(estimator, out var scores))
            {
                using var start = reference.Start();
                first[estimator] = scores = OrthoImportance.Of(reference, start, estimator);
            }
            using var pruning = new OrthoPruning(reference, estimator, keepsLast: true);
            foreach (var deviation in pruning.Run(expected, run, scores))
                yield return deviation;
            if (!expected.TryGetProperty("kept_if_best_protected", out var kept))
                continue;
            using var intended = new OrthoPruning(reference, estimator, keepsLast: false);
            _ = intended.Rounds(expected, scores);
            yield return intended.Kept(run, "kept filters, the most important protected", kept);
        }
    }

    private IEnumerable<Deviation> Run(JsonElement expected, string name, double[][] scores)
    {
        var rounds = Rounds(expected, scores);
        foreach (var (theirs, ours) in expected.GetProperty("per_round").EnumerateArray().Zip(rounds))
        {
            // Where the limit falls between two equal scores, what they went on with is an accident.
            yield return Count("filters ranked out", theirs.GetProperty("n_prune").GetInt32() - ours.Removed);
            yield return Count("filters counted", theirs.GetProperty("of").GetInt32() - ours.Of);
            if (theirs.GetProperty("boundary_tie").GetBoolean())
                break;
        }
        var isStable = !expected.GetProperty("stable_sort_differs").GetBoolean();
        yield return Kept(name, "kept filters", expected.GetProperty(isStable ? "kept" : "kept_stable_sort"));
        if (!isStable)
            yield break;
        yield return Count(
            "parameters",
            expected.GetProperty("params").GetInt64() - NetworkCost.Of(_model.Network).Parameters
        );
        if (!expected.TryGetProperty("logits", out var logits))
            yield break;
        using var batch = _reference.Batch(0, first: 2);
        yield return new(
            name,
            "logits of the cut network",
            Reproduction.Relative([.. OrthoReproduction.Rows(logits)], OrthoReproduction.Evaluated(_model, batch))
        );

        Deviation Count(string quantity, long difference) => new(name, quantity, Math.Abs(difference));
    }

    // How many filters there were in each round and how many went.
    private List<(int Of, int Removed)> Rounds(JsonElement expected, double[][] scores)
    {
        var ratios = RoundSchedule.Of(
            expected.GetProperty("percent").GetDouble() / 100,
            expected.GetProperty("rounds").GetInt32(),
            published: true
        );
        var done = new List<(int, int)>();
        foreach (var (ratio, left) in ratios.Zip(OrthoSchedules.PercentLeft(ratios)))
        {
            var now = done.Count == 0 ? scores : OrthoImportance.Of(_reference, _model, _estimator);
            var of = now.Sum(s => s.Length);
            // A percentage made a share again: a bit below the ratio, which decides where it times the number is whole.
            var share = _isResNet ? 1 - left / 100.0 * _filters / of : ratio * 100 / 100;
            var count = (int)(share * of);
            Cut([.. now.Select((s, i) => Ranked(now, i))], count);
            done.Add((of, count));
        }
        return done;
    }

    // Scores as they are ranked: a depthwise convolution has those of the one before it, the first of a ResNet stays.
    private double[] Ranked(double[][] scores, int i)
    {
        if (_cap is not null)
            return _cap.Protect(scores[IsDepthwise(i) ? i - 1 : i], _cap.Least(WidthOf(_convolutions[i])));
        return i == 0 ? [.. scores[i].Select(_ => double.PositiveInfinity)] : scores[i];
    }

    private void Cut(double[][] ranked, int count)
    {
        var removed = ranked
            .SelectMany((layer, i) => layer.Select((score, filter) => (Score: score, Layer: i, Filter: filter)))
            .OrderBy(f => f.Score) // equal ones in their order
            .Take(count)
            .ToLookup(f => f.Layer, f => f.Filter);
        var (cuts, zeros) = (new List<GroupPlan>(), new List<(string Convolution, long[] Filters)>());
        for (var i = 0; i < ranked.Length; i++)
        {
            int[] gone = _isResNet && i == 0 || IsDepthwise(i) ? [] : [.. removed[i]];
            if (gone.Length == ranked[i].Length)
                gone = gone[..^1]; // the best is given back
            if (IsCut(i))
            {
                cuts.Add(
                    new(
                        _convolutions[i],
                        ranked[i].Length,
                        [.. Enumerable.Range(0, ranked[i].Length).Except(gone)],
                        new(PlanReasonKind.Asked)
                    )
                );
                _kept[i] = [.. _kept[i].Where((_, at) => !gone.Contains(at))];
            }
            else if (!IsDepthwise(i))
            {
                zeros.Add((_convolutions[i], [.. gone.Select(g => (long)g)]));
                // Those of earlier rounds are forgotten.
                _kept[i] = [.. Enumerable.Range(0, ranked[i].Length).Except(gone)];
            }
        }
        Replace(cuts);
        foreach (var (convolution, filters) in zeros)
            Zero(convolution, filters);
    }

    private void Replace(List<GroupPlan> cuts)
    {
        var cut = ChannelCut.Of(new NetworkGraph(_model.Network), cuts);
        using var weights = _model.CopyWeights();
        using var before = _model;
        _model = new(((NetworkGraph)cut.Target).Network, cut.Slice(weights));
    }

    private void Zero(string convolution, long[] filters)
    {
        if (filters.Length == 0)
            return;
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using Scalar zero = 0.0;
        var index = torch.tensor(filters, torch.int64);
        var norm = OrthoImportance.NormBehind(_model.Network, convolution);
        foreach (var (parameter, node, _) in _model.Network.Parameters())
        {
            if (node.Name == convolution || node.Name == norm)
                _model[parameter].index_fill_(0, index, zero);
        }
    }

    private Deviation Kept(string name, string quantity, JsonElement expected)
    {
        var ours = _kept
            .Select((kept, i) => (Convolution: i, Kept: kept))
            .Where(k => !IsDepthwise(k.Convolution))
            .Select(k =>
                string.Concat(
                    Enumerable
                        .Range(0, WidthOf(_convolutions[k.Convolution]))
                        .Select(f => k.Kept.Contains(f) ? '1' : '0')
                )
            );
        var theirs = expected.EnumerateArray().Select(e => e.GetString()!);
        return new(name, quantity, ours.Zip(theirs).Sum(p => p.First.Zip(p.Second).Count(c => c.First != c.Second)));
    }

    // Of the uncut network.
    private int WidthOf(string convolution) => _reference.Network.Shapes[convolution].Channels;

    private bool IsDepthwise(int i)
    {
        var node = _reference.Network[_convolutions[i]];
        return node.Layer.IsDepthwise(_reference.Network.InputShapes(node));
    }

    // In ResNets only the first convolution of a block is.
    private bool IsCut(int i) =>
        _isResNet ? _convolutions[i].EndsWith(".conv1", StringComparison.Ordinal) : !IsDepthwise(i);
}
