using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>The regularisers of a run, in their order, with the teacher if there is one.</summary>
internal sealed class Methods : IDisposable
{
    // λ at which steering starts, over the least that empties a scale without gradient.
    private const double SteeringStart = 2;

    // A prior that pulls harder than this, per unit of a scale and of loss, emptied every network tried.
    private const double StrongPull = 0.5;
    private const double GentlePull = 0.05; // about that of λ = 1e-2 on l1, at a scale of 0.2
    private readonly List<Regularizer> _all = [];
    private readonly Model? _teacher;

    internal Methods(
        RunOptions options,
        Model model,
        ImageSet train,
        Normalization normalization,
        Screen screen,
        Action<RunWarning> warn
    )
    {
        var method = options.Method ?? new();
        if (method.Variational is { } variational)
        {
            var pull = variational.Weight / (variational.Deviation * variational.Deviation * train.Count);
            if (pull > StrongPull)
                warn(
                    new(
                        RunWarning.StrongPrior,
                        $"the prior pulls every scale to 0 with {Words.Number(pull, "G2")} times its size (weight/(σ²·images)), more than gradients can hold up; expect an empty network, or give --kl-weight {Words.Number(GentlePull * variational.Weight / pull, "G1")}."
                    )
                );
            _all.Add(new VariationalScales(model, train.Count, variational, options.Training.Seed));
        }
        else if (options.Penalty is not null)
        {
            var scales = Scales(options, method, model, train, screen, warn);
            if (method.Steering is { } steering)
                _all.Add(new LambdaSteering(model, scales, options.Training, steering));
            _all.Add(scales);
        }
        if (options.Recovery is not { } recovery)
            return;
        if (recovery.Teacher is { } path)
        {
            _teacher = Teacher(path, options, normalization, train);
            _all.Add(new Distillation(_teacher, recovery.Temperature, recovery.TeacherWeight));
        }
        if (recovery.KeepZeros)
            _all.Add(new KeptZeros(model));
    }

    internal IReadOnlyList<Regularizer> All => _all;

    public void Dispose()
    {
        foreach (var regularizer in _all)
            regularizer.Dispose();
        _teacher?.Dispose();
    }

    private static ScaleRegularizer Scales(
        RunOptions options,
        MethodOptions method,
        Model model,
        ImageSet train,
        Screen screen,
        Action<RunWarning> warn
    )
    {
        var penalty = MethodArguments.Parse(options.Penalty!, options.Lambda);
        var caution = penalty.CautionFor(Initialization.Scale);
        if (caution is not null)
            warn(new(RunWarning.FlatPenalty, caution));
        void WarnOnce(string idle)
        {
            if (caution is null)
                warn(new(RunWarning.FlatPenalty, idle));
        }
        var least = LambdaRange.Least(penalty, options.Training, options.Training.StepsPerEpoch(train.Count));
        var lambda = options.Lambda;
        if (method.Steering is not null && lambda == 0)
        {
            lambda = double.IsFinite(least)
                ? SteeringStart * least
                : throw new UsageException($"{LambdaGuide.Flat(penalty)} Take a larger knee, or give --lambda.");
            screen.Say($"λ starts at {Words.Number(lambda)}.");
        }
        else if (method.Steering is null && method.Kind != Method.Splitting && options.From is null && lambda < least)
            warn(
                double.IsFinite(least)
                    ? new(
                        RunWarning.WeakPenalty,
                        $"λ = {Words.Number(lambda)} is too small for this training: even a scale that the loss does nothing to keep would not reach zero; that takes λ = {Words.Number(least)} or more."
                    )
                    : new(RunWarning.FlatPenalty, LambdaGuide.Flat(penalty))
            );
        return method.Kind switch
        {
            Method.Prox => new ProximalPenalty(penalty, lambda) { BareStep = method.BareStep, Warning = WarnOnce },
            Method.Splitting => new ProximalSplitting(
                model,
                penalty,
                lambda,
                method.Coupling!.Value,
                options.Training.Seed
            )
            {
                Warning = WarnOnce,
            },
            _ => new ScalePenalty(penalty, lambda) { Warning = WarnOnce },
        };
    }

    private static Model Teacher(string path, RunOptions options, Normalization normalization, ImageSet train)
    {
        using var file = SlimFile.Load(path);
        if (file.Normalization is not { } own)
            throw new UsageException(
                $"--teacher {path} does not say how images are normalised; import or convert it again with --normalization."
            );
        if (own != normalization)
            throw new UsageException($"--teacher {path} takes images normalised in another way than this run's.");
        var teacher = new Model(file.Network, file.Weights.Copy(TorchSharp.torch.float32, Devices.Get(options.Device)))
        {
            Options = FastPaths.Schedule(options.Without ?? [], options.Precision == Precision.BFloat16),
        };
        Classification.CheckFit(teacher.Network, train);
        return teacher;
    }
}
