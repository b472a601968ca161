using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>Measures models on sets.</summary>
public static class Evaluation
{
    /// <summary>Loss and accuracy of a model on all images of a set.</summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Score Of(Model model, ImageSet set, Normalization normalization, CancellationToken stop = default) =>
        Of(model, ImageBatches.InOrder(set, normalization), new Classification(), stop);

    /// <summary>The loss and the measures of an objective over all samples of a source.</summary>
    /// <exception cref="DataException">The objective cannot be reached with these batches.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Score Of(Model model, BatchSource source, Objective objective, CancellationToken stop = default)
    {
        var network = model.Network;
        objective.Check(network, source);
        var (measures, loss, count) = (objective.Measures(network), 0.0, 0);
        var sums = new double[measures.Count];
        foreach (var given in source.All())
        {
            using var scope = torch.NewDisposeScope();
            using var inference = torch.inference_mode();
            using var batch = objective.Prepare(given);
            stop.ThrowIfCancellationRequested();
            var values = model.Run(batch.InputsFor(model), objective.Nodes(network), mode: RunMode.Evaluation);
            loss += Numbers.Single(objective.EvaluationLoss(network, batch, values)) * batch.Count;
            objective.AddMeasures(network, batch, values, sums);
            count += batch.Count;
        }
        if (count == 0)
            throw new DataException($"{source.Name}: there is no sample to evaluate on.");
        return new(
            loss / count,
            measures.Zip(sums).ToDictionary(m => m.First.Name, m => m.Second / count, StringComparer.Ordinal),
            count,
            (measures.Count == 0 ? loss : sums[0]) / count
        );
    }

    /// <summary>
    /// For each true class, how many images were taken for each class; of several outputs the sum over them, in which
    /// an image counts once for each.
    /// </summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static long[][] Confusion(Model model, ImageSet set, Normalization normalization)
    {
        long[][] counts = [.. set.Classes.Select(_ => new long[set.Classes.Length])];
        foreach (var (truth, said) in Choices(model, set, normalization))
            counts[truth][said]++;
        return counts;
    }

    /// <summary>
    /// Which images of a set get their largest output at their class, output by output of each batch.
    /// </summary>
    internal static bool[] Hits(Model model, ImageSet set, Normalization normalization) =>
        [.. Choices(model, set, normalization).Select(c => c.Truth == c.Said)];

    // The true class and the chosen one of every image, by every output.
    private static IEnumerable<(long Truth, long Said)> Choices(Model model, ImageSet set, Normalization normalization)
    {
        Classification.CheckFit(model.Network, set);
        foreach (var batch in ImageBatches.InOrder(set, normalization).All())
        {
            using (batch)
            {
                var truth = batch.Labels.data<long>().ToArray();
                foreach (var said in Chosen(model, batch))
                {
                    for (var i = 0; i < said.Length; i++)
                        yield return (truth[i], said[i]);
                }
            }
        }
    }

    private static long[][] Chosen(Model model, Batch batch)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var values = model.Run(batch.InputsFor(model), mode: RunMode.Evaluation);
        return [.. model.Network.Outputs.Select(o => values[o].argmax(1).cpu().data<long>().ToArray())];
    }
}
