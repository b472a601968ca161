using System.Text.Json.Serialization;
using SlimSharp.Data;

namespace SlimSharp.Training;

/// <summary>How a model is trained. The defaults are the published ones, but for the number of epochs.</summary>
public sealed record TrainingOptions : IJsonOnDeserialized
{
    /// <summary>Passes over the training images; published are 160.</summary>
    public int Epochs { get; init; } = 160;

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The learning rate over the training.</summary>
    public LearningRate LearningRate { get; init; } = new StepDecay();

    /// <summary>The rule.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd();

    /// <summary>Random changes of images.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.Published;

    /// <summary>What every random choice is a function of.</summary>
    public long Seed { get; init; }

    /// <summary>Gradients are scaled down to this joint norm; null leaves them.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The share of each label that is spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// How many parts each batch is run in, one after another, before the step: less memory for the same step, but that
    /// BatchNorm takes its statistics over a part. No part is smaller than two samples.
    /// </summary>
    public int Accumulate
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>
    /// Keep the best epoch by the objective's deciding measure on validation samples instead of the last.
    /// </summary>
    public bool KeepBest { get; init; }

    private const int MaxPad = 4096;
    private const int MostEpochs = 1_000_000;
    private const int MostImages = 1 << 24;

    /// <summary>
    /// Steps of an epoch over that many images. A last batch of one is left out: it has no variance for BatchNorm to
    /// take.
    /// </summary>
    public int StepsPerEpoch(int images) => BatchSource.BatchesOf(images, BatchSize, leavesOutSingle: true);

    /// <summary>The learning rate summed over the epochs from one to another, in units of an epoch's steps.</summary>
    internal double RateSum(int from, int to)
    {
        const int PerEpoch = 20;
        var sum = 0.0;
        for (var i = from * PerEpoch; i < to * PerEpoch; i++)
            sum += LearningRate.At((i + 0.5) / (PerEpoch * Epochs)) / PerEpoch;
        return sum;
    }

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="TrainingException">The message names the option.</exception>
    public void Check()
    {
        Require(Epochs is >= 1 and <= MostEpochs, "TrainingOptions.Epochs", Epochs, $"from 1 to {MostEpochs:N0}");
        Require(
            BatchSize is >= 2 and <= MostImages,
            "TrainingOptions.BatchSize",
            BatchSize,
            $"from 2 (BatchNorm needs them) to {MostImages:N0}"
        );
        Require(
            LearningRate.Initial > 0 && double.IsFinite(LearningRate.Initial),
            "LearningRate.Initial",
            LearningRate.Initial,
            "positive"
        );
        Require(LearningRate.WarmUp is >= 0 and < 1, "LearningRate.WarmUp", LearningRate.WarmUp, "a share in [0, 1)");
        Require(LearningRate.Begin is >= 0 and < 1, "LearningRate.Begin", LearningRate.Begin, "a share in [0, 1)");
        LearningRate.Check();
        Optimizer.Check();
        Require(
            Augmentation.Pad is >= 0 and <= MaxPad,
            "Augmentation.Pad",
            Augmentation.Pad,
            $"a padding from 0 to {MaxPad}"
        );
        Require(
            ClipNorm is null or (> 0 and < double.PositiveInfinity),
            "TrainingOptions.ClipNorm",
            ClipNorm ?? 0,
            "positive"
        );
        Require(
            Accumulate >= 1 && Accumulate <= Math.Max(BatchSize / 2, 1),
            "TrainingOptions.Accumulate",
            Accumulate,
            "from 1 to half of the batch size"
        );
        Require(LabelSmoothing is >= 0 and < 1, "TrainingOptions.LabelSmoothing", LabelSmoothing, "in [0, 1)");
    }

    private static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
            throw new TrainingException(FormattableString.Invariant($"{option} is {value}, but must be {range}."));
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized() => Check();
}
