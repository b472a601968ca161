using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Learning from a teacher, such as the dense network while its cut one is retrained (Hinton, Vinyals and Dean, 2015):
/// adds weight·T²·KL(softmax(t/T) ‖ softmax(s/T)) to the loss, t and s being the teacher's and the model's outputs, the
/// mean over images, summed over the outputs. The teacher sees the same augmented images, in evaluation.
/// </summary>
public sealed class Distillation : Regularizer
{
    private readonly Model _teacher;

    /// <param name="teacher">The teacher; it stays the caller's.</param>
    /// <param name="temperature">T > 0.</param>
    /// <param name="weight">The weight ≥ 0 beside the loss on labels, which counts 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Distillation(Model teacher, double temperature = 4, double weight = 1)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
            throw new ArgumentOutOfRangeException(
                nameof(temperature),
                temperature,
                "The temperature must be positive."
            );
        if (!(weight >= 0 && double.IsFinite(weight)))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight must be 0 or more.");
        (_teacher, Temperature, Weight) = (teacher, temperature, weight);
    }

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var teacher = take.Text("teacher");
        var temperature = take.Number("temperature", "positive", t => t > 0, 4);
        var weight = take.Number("weight", "0 or more", w => w >= 0, 1);
        return setting => new Distillation(setting.LoadNetwork(teacher), temperature, weight);
    }

    /// <summary>T.</summary>
    public double Temperature { get; }

    /// <summary>The weight beside the loss on labels.</summary>
    public double Weight { get; }

    /// <summary>The same as an objective, for samples without labels: the teacher alone says what is right.</summary>
    public Imitation AsObjective() => new(_teacher) { Temperature = Temperature, LogitsWeight = Weight };

    /// <inheritdoc/>
    public override string Name =>
        FormattableString.Invariant($"distillation from {_teacher.Network.Name}, T = {Temperature}, weight {Weight}");

    /// <inheritdoc/>
    public override torch.Tensor? Loss(
        Model model,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        StepInfo step
    )
    {
        var (own, theirs) = (model.Network.Outputs, _teacher.Network.Outputs);
        if (own.Length != theirs.Length)
            throw new TrainingException(
                $"The teacher {_teacher.Network.Name} has {theirs.Length} outputs, but {model.Network.Name} has {own.Length}."
            );
        foreach (var (mine, taughtBy) in own.Zip(theirs))
        {
            var (shape, other) = (model.Network.Shapes[mine], _teacher.Network.Shapes[taughtBy]);
            if (shape != other)
                throw new TrainingException(
                    $"The output '{taughtBy}' of the teacher {_teacher.Network.Name} is {other}, but '{mine}' of {model.Network.Name} is {shape}; only outputs of one shape can be learned from."
                );
        }
        IReadOnlyDictionary<string, torch.Tensor> taught;
        using (torch.no_grad())
            taught = _teacher.Run(batch.InputsFor(_teacher), mode: RunMode.Evaluation);
        return own.Zip(theirs, (o, t) => Term(values[o], taught[t].to(values[o].dtype, values[o].device)))
            .Aggregate((a, b) => a.add(b, Scalars.One));
    }

    /// <summary>The term for outputs of N×classes of the model and the teacher.</summary>
    internal torch.Tensor Term(torch.Tensor output, torch.Tensor taught) =>
        Imitation.Divergence(output, taught, Temperature, Weight);
}
