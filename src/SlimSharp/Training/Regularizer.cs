using SlimSharp.Data;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// A method that takes part in training at up to five moments of a step, in this order: the batch, the values before
/// the forward pass, a loss term, the gradients, and after the optimiser; and after every epoch. Regularisers combine:
/// each moment is applied in the order in which they are given.
/// </summary>
public abstract class Regularizer : IDisposable
{
    /// <summary>What it is called in options and metrics.</summary>
    public abstract string Name { get; }

    /// <summary>The nodes whose values its loss term wants to see.</summary>
    public virtual IReadOnlyCollection<string> Features => [];

    /// <summary>
    /// Tensors of its own, trained and saved like the model's, by name. The names are the same over its whole life;
    /// where others have them too, the trainer numbers them (<see cref="RegularizerSet"/>).
    /// </summary>
    public virtual IReadOnlyDictionary<string, torch.Tensor> Parameters => new Dictionary<string, torch.Tensor>();

    /// <summary>Tensors of its own that only it changes, saved and restored with the model, by name.</summary>
    public virtual IReadOnlyDictionary<string, torch.Tensor> State => new Dictionary<string, torch.Tensor>();

    /// <summary>
    /// The full names of parameters of the model that the optimiser's weight decay leaves alone while it takes part.
    /// </summary>
    public virtual IReadOnlyCollection<string> Undecayed => [];

    /// <summary>Moment 1: the batch to use instead. A new batch takes over the old one.</summary>
    public virtual Batch OnBatch(Batch batch, StepInfo step) => batch;

    /// <summary>
    /// Moment 2: puts tensors in the place of parameters for this forward pass. What is read of <paramref
    /// name="values"/> is what regularisers before this one have put there, or the model's own.
    /// </summary>
    public virtual void Substitute(ParameterValues values, StepInfo step) { }

    /// <summary>Moment 3: a term to add to the loss, or null.</summary>
    public virtual torch.Tensor? Loss(
        Model model,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        StepInfo step
    ) => null;

    /// <summary>Moment 4: gradients are there and may be changed.</summary>
    public virtual void OnGradients(Model model, StepInfo step) { }

    /// <summary>Moment 5: the optimiser has stepped.</summary>
    public virtual void AfterStep(Model model, StepInfo step) { }

    /// <summary>After an epoch: what was measured at its end, on validation images where there are any.</summary>
    public virtual void AfterEpoch(Model model, EpochMetrics metrics) { }

    /// <summary>Numbers to show and to log at the end of an epoch.</summary>
    public virtual IEnumerable<(string Name, double Value)> Measures(Model model) => [];

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
