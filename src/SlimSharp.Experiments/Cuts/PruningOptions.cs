using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>How a trained network is cut.</summary>
public sealed record PruningOptions
{
    internal const int UsualImages = 2048;

    /// <summary>What is cut, and by which criterion.</summary>
    public required PlanOptions Plan { get; init; }

    /// <summary>
    /// What the file says was asked for, where that is not <see cref="Plan"/>: a round of several cuts by less.
    /// </summary>
    public PlanOptions? Asked { get; init; }

    /// <summary>
    /// What is cut to, where that depends on how many channels are judged: in place of the plan's own target; null for
    /// that.
    /// </summary>
    internal Func<int, PlanTarget>? TargetOf { get; init; }

    /// <summary>A latency to cut to, in place of the plan's own target; null for none.</summary>
    public LatencyGoal? Latency { get; init; }

    /// <summary>
    /// So many plans of the same target that weigh layers differently; that with the best accuracy on validation images
    /// after recalibration is cut (Li et al., "EagleEye", ECCV 2020).
    /// </summary>
    public int Candidates { get; init; } = 1;

    /// <summary>A control of the plan is cut instead of it; null for the plan.</summary>
    public CutControl? Control { get; init; }

    /// <summary>Whether BatchNorm statistics of the cut network are taken anew, to see what that is worth.</summary>
    public bool Recalibrate { get; init; }

    /// <summary>Training images to recalibrate with, and to measure criteria on.</summary>
    public int Images { get; init; } = UsualImages;

    /// <summary>Whether what the run's optimiser remembers is cut, too, so that a retraining goes on with it.</summary>
    public bool WithOptimizer { get; init; }

    /// <summary>True if something is computed on <see cref="Images"/>.</summary>
    internal bool Measures => Recalibrate || Candidates > 1 || CriterionKind.Of(Plan).NeedsImages;

    /// <summary>Throws if options do not go together.</summary>
    /// <exception cref="ExperimentException">The message names the options.</exception>
    public void Check()
    {
        Refuse(Candidates is < 1 or > 1000, $"PruningOptions.Candidates is {Candidates}, but must be from 1 to 1000.");
        Refuse(Images < 2, $"PruningOptions.Images is {Images}, but must be 2 or more.");
        Latency?.Check();
        if (Candidates == 1)
            return;
        Refuse(Control is not null, "PruningOptions.Candidates and PruningOptions.Control do not go together.");
        Refuse(
            Plan.Target is PlanTarget.Zeros,
            "PlanTarget.Zeros leaves nothing to choose; leave out PruningOptions.Candidates."
        );
        Refuse(
            Plan.Target is PlanTarget.Below or PlanTarget.Channels,
            "PlanTarget.Below and PlanTarget.Channels decide every layer by itself, so that weighing layers changes nothing; leave out PruningOptions.Candidates."
        );
        Refuse(
            Latency is not null,
            "LatencyGoal.Milliseconds and LatencyGoal.Speedup do not go with PruningOptions.Candidates."
        );
    }

    private static void Refuse(bool wrong, string sentence)
    {
        if (wrong)
            throw new ExperimentException(sentence);
    }
}
