using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>Makes the regularisers of a run, and warns of those that cannot do what they are for.</summary>
/// <param name="options">The run's options.</param>
/// <param name="train">What it trains on.</param>
/// <param name="normalization">How its images are normalised.</param>
/// <param name="journal">Where to say at which λ a steering starts.</param>
/// <param name="warn">What is told warnings.</param>
internal sealed class RunRegularizers(
    RunOptions options,
    ImageSet train,
    Normalization normalization,
    Journal journal,
    Action<RunWarning> warn
)
{
    // A prior that pulls harder than this, per unit of a scale and of loss, emptied every network tried.
    private const double StrongPull = 0.5;
    private const double GentlePull = 0.05; // about that of λ = 1e-2 on l1, at a scale of 0.2
    private readonly HashSet<string> _cautioned = [];

    /// <summary>
    /// The regularisers in their order, for a model that is about to be trained; the caller disposes them.
    /// </summary>
    internal RegularizerSet Make(Model model)
    {
        var texts = options.Texts;
        var made = RegularizerText.MakeAll(
            texts,
            new(model, options.Training, train.Count) { LoadNetwork = Teacher, Warning = WarnOnce }
        );
        foreach (var (text, regularizer) in texts.Zip(made))
        {
            if (regularizer is ScaleRegularizer scales)
                Check(text, scales, made.OfType<LambdaSteering>().Any(s => s.Method == scales));
            if (regularizer is VariationalScales variational)
                Check(variational.Options);
        }
        return made;
    }

    private void Check(RegularizerText text, ScaleRegularizer scales, bool isSteered)
    {
        var (penalty, lambda) = (scales.Penalty, scales.Lambda);
        if (penalty.CautionFor(Initialization.Scale) is { } caution)
        {
            _cautioned.Add($"{penalty} ");
            warn(new(RunWarning.FlatPenalty, caution));
        }
        if (isSteered)
        {
            if (text["lambda"] is null)
                journal.Say($"λ starts at {Words.Number(lambda)}.");
            return;
        }
        if (scales is ProximalSplitting || options.From is not null)
            return;
        var least = LambdaRange.Least(penalty, options.Training, options.Training.StepsPerEpoch(train.Count));
        if (lambda < least)
            warn(
                double.IsFinite(least)
                    ? new(
                        RunWarning.WeakPenalty,
                        $"λ = {Words.Number(lambda)} of {penalty} is too small for this training: even a scale that the loss does nothing to keep would not reach zero; that takes λ = {Words.Number(least)} or more."
                    )
                    : new(RunWarning.FlatPenalty, LambdaRange.NoLambda(penalty))
            );
    }

    private void Check(VariationalOptions variational)
    {
        var pull = variational.Weight / (variational.Deviation * variational.Deviation * train.Count);
        if (pull > StrongPull)
            warn(
                new(
                    RunWarning.StrongPrior,
                    $"the prior pulls every scale to 0 with {Words.Number(pull, "G2")} times its size (weight/(σ²·images)), more than gradients can hold up; expect an empty network, or give VariationalOptions.Weight = {Words.Number(GentlePull * variational.Weight / pull, "G1")}."
                )
            );
    }

    private void WarnOnce(string idle)
    {
        if (!_cautioned.Any(p => idle.StartsWith(p, StringComparison.Ordinal)))
            warn(new(RunWarning.FlatPenalty, idle));
    }

    private Model Teacher(string path)
    {
        using var file = ModelFile.Load(path);
        var own =
            file.Normalization
            ?? throw new ExperimentException(
                $"The teacher {path} does not say how images are normalised; import or convert it again and say it (SlimFile.Normalization)."
            );
        if (own != normalization)
            throw new ExperimentException(
                $"The teacher {path} takes images normalised in another way than this run's."
            );
        var teacher = new Model(file.Network, file.Weights.Copy(TorchSharp.torch.float32, Devices.Get(options.Device)))
        {
            Options = FastPaths.Schedule(options.Without ?? [], options.Precision == Precision.BFloat16),
        };
        train.CheckFits(teacher.Network);
        if (train.HasLabels)
            Classification.CheckClasses(teacher.Network, train);
        return teacher;
    }
}
