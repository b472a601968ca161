using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>One row of the list of schedules by which cuts and trainings alternate.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Title">What is trained when.</param>
/// <param name="Epochs">As published, the epochs after the last cut; all others grow and shrink with them.</param>
/// <param name="Create">Makes it of options and of whether the network is new.</param>
public sealed record IterationSchedule(
    string Name,
    string Title,
    int Epochs,
    Func<RunOptions, bool, IterationPhases> Create
)
{
    /// <summary>What takes part where the options name nothing.</summary>
    public const string UsualRegularizer = "ortho:lambda=1e-2";

    /// <summary>True if it begins with a new network only, and cuts it once.</summary>
    public bool IsEarly { get; init; }

    /// <summary>
    /// Every schedule there is, in the proportions of OrthoReg's released code (Lubana et al., 2020). The options of
    /// a run say the epochs after the last cut, the rate from which each training falls in tenths, and which
    /// regularisers take part in the training that comes before a cut.
    /// </summary>
    public static IReadOnlyList<IterationSchedule> All { get; } =
    [
        new(
            "ortho",
            "train on with the regularisers before every cut, retrain without them after it",
            OrthoEpochs,
            Ortho
        ),
        new(
            "early-bird",
            "train a new network for a short time with the regularisers, cut it once, and train it without them",
            EarlyEpochs,
            EarlyBird
        )
        {
            IsEarly = true,
        },
    ];

    // Published: 160 + 25 epochs, then rounds of 80 + 25, and 100 in the last.
    private const int OrthoEpochs = 100;

    // Published: 25 epochs, then 140.
    private const int EarlyEpochs = 140;

    /// <summary>The trainings.</summary>
    /// <param name="options">Epochs after the last cut, rate and regularisers.</param>
    /// <param name="isNew">Whether the network is trained from new weights first.</param>
    /// <exception cref="ExperimentException">The learning rate is not one that falls in steps.</exception>
    public IterationPhases Of(RunOptions options, bool isNew)
    {
        if (options.Training.LearningRate is not StepDecay { Begin: 0, TenthFrom: null, HundredthFrom: null })
            throw new ExperimentException(
                $"In the schedule {Name} learning rates fall in steps of its own; leave out LearningRate.Begin and StepDecay.TenthFrom."
            );
        if (IsEarly && !isNew)
            throw new ExperimentException(
                $"The schedule {Name} begins with a new network: give RunOptions.Model, a network of ZooEntry.All, or take another schedule."
            );
        return Create(options.Regularizers is { Length: > 0 } ? options : options.With(UsualRegularizer), isNew);
    }

    private static IterationPhases Ortho(RunOptions options, bool isNew)
    {
        int Scaled(int published) => Proportion(options, published, OrthoEpochs);
        var regularize = Regularize("regularize", options, Scaled(25));
        return new()
        {
            Before = isNew ? [Plain("train", options, Scaled(160), 80, 40, 40), regularize] : [regularize],
            Between = [Plain("retrain", options, Scaled(80), 35, 35, 10), regularize],
            Last = [Plain("retrain", options, options.Training.Epochs, 40, 40, 20)],
        };
    }

    private static IterationPhases EarlyBird(RunOptions options, bool _)
    {
        TrainingPhase[] retrain = [Plain("retrain", options, options.Training.Epochs, 60, 40, 40)];
        return new()
        {
            Before = [Regularize("train", options, Proportion(options, 25, EarlyEpochs))],
            Between = retrain,
            Last = retrain,
        };
    }

    private static int Proportion(RunOptions options, int published, int last) =>
        Math.Max((int)Math.Round((double)published * options.Training.Epochs / last, MidpointRounding.AwayFromZero), 1);

    private static TrainingPhase Plain(
        string name,
        RunOptions options,
        int epochs,
        int whole,
        int tenth,
        int hundredth
    ) => new(name, epochs, Steps(options).In(whole, tenth, hundredth), []);

    // One epoch in 25 at a tenth of the rate, and be it the second of two: filters come closest to what is wanted
    // there.
    private static TrainingPhase Regularize(string name, RunOptions options, int epochs)
    {
        epochs = Math.Max(epochs, 2);
        var low = Math.Max((int)Math.Round(epochs / 25.0), 1);
        return new(name, epochs, Steps(options).In(epochs - low, low), options.Regularizers!);
    }

    private static StepDecay Steps(RunOptions options) => (StepDecay)options.Training.LearningRate;
}
