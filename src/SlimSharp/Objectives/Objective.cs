using SlimSharp.Data;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Objectives;

/// <summary>
/// What a network is trained for: a loss from a batch and the network's values, and named measures beside it.
/// </summary>
public abstract class Objective
{
    /// <summary>The names of the targets that a batch must bring; none by default.</summary>
    public virtual IReadOnlyCollection<string> Targets(Network network) => [];

    /// <summary>The nodes whose values it wants to see: by default all outputs.</summary>
    public virtual IReadOnlyCollection<string> Nodes(Network network) => network.Outputs;

    /// <summary>
    /// What it measures beside the loss, in the order of <see cref="AddMeasures"/>; the first decides.
    /// </summary>
    public virtual IReadOnlyList<NamedMeasure> Measures(Network network) => [];

    /// <summary>What decides which epoch is best: the first of its measures, or the loss if there is none.</summary>
    public NamedMeasure Deciding(Network network) => Measures(network) is [var first, ..] ? first : NamedMeasure.Loss;

    /// <summary>
    /// Throws if it cannot be reached by a network with the batches of a source; by default if a target is missing.
    /// </summary>
    /// <exception cref="DataException">The message says what is missing or does not fit.</exception>
    public virtual void Check(Network network, BatchSource source)
    {
        if (Targets(network).FirstOrDefault(t => !source.Targets.Contains(t)) is { } missing)
            throw new DataException(
                $"{source.Name}: there is no target '{missing}', which {GetType().Name} of {network.Name} needs."
            );
    }

    /// <summary>
    /// The batch with what it needs beyond the given targets, such as a teacher's outputs; called once per batch,
    /// before <see cref="Loss"/>. What it returns takes over the old batch.
    /// </summary>
    public virtual Batch Prepare(Batch batch) => batch;

    /// <summary>
    /// The loss to train on: the mean over the batch's samples, one number from which gradients flow. The caller
    /// disposes it.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The batch, prepared.</param>
    /// <param name="values">The values of <see cref="Nodes"/>, in the network's data type and on its device.</param>
    public abstract torch.Tensor Loss(Network network, Batch batch, IReadOnlyDictionary<string, torch.Tensor> values);

    /// <summary>
    /// The loss as evaluation reports it, without what helps training only. By default <see cref="Loss"/>.
    /// </summary>
    public virtual torch.Tensor EvaluationLoss(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values
    ) => Loss(network, batch, values);

    /// <summary>
    /// Adds to every sum that of a measure over the batch's samples, in the order of <see cref="Measures"/>.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The batch, prepared.</param>
    /// <param name="values">The values of <see cref="Nodes"/>.</param>
    /// <param name="sums">One per measure.</param>
    public virtual void AddMeasures(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        Span<double> sums
    ) { }

    // The name of an output's own target: the common name if it is the only output, else the output's.
    private protected static string TargetOf(Network network, string output, string common) =>
        network.Outputs.Length == 1 ? common : output;

    // The sum of terms, of which there is at least one.
    private protected static torch.Tensor Sum(IEnumerable<torch.Tensor> terms) =>
        terms.Aggregate((sum, term) => sum.add(term, Scalars.One));

    // A measure once if there is one output; else its mean over the outputs, and once more for each under its name.
    private protected static IReadOnlyList<NamedMeasure> PerOutput(Network network, NamedMeasure measure) =>
        network.Outputs.Length == 1 ? [measure] : [measure, .. network.Outputs.Select(measure.Of)];

    // Adds sums of one per output, as PerOutput orders them.
    private protected static void AddPerOutput(ReadOnlySpan<double> given, Span<double> sums)
    {
        if (given.Length == 1)
        {
            sums[0] += given[0];
            return;
        }
        for (var i = 0; i < given.Length; i++)
        {
            sums[0] += given[i] / given.Length;
            sums[i + 1] += given[i];
        }
    }
}
