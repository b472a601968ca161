using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>How a network is cut in rounds.</summary>
public sealed record IterationOptions
{
    /// <summary>What is to be reached after each round; <see cref="RoundTargets"/> makes them.</summary>
    public required IReadOnlyList<PlanTarget> Targets { get; init; }

    /// <summary>What channels are judged by and what is spared; its own target is not looked at.</summary>
    public PlanOptions Plan { get; init; } = new();

    /// <summary>Whether BatchNorm statistics are taken anew after each cut.</summary>
    public bool Recalibrate { get; init; }

    /// <summary>Training images to recalibrate with, and to measure criteria on before each cut.</summary>
    public int Images { get; init; } = PruningOptions.UsualImages;

    /// <summary>What is trained when; null for one training after every cut, as the run's options say.</summary>
    public IterationPhases? Phases { get; init; }

    /// <summary>Throws if options do not go together.</summary>
    /// <exception cref="SlimSharpException">The message says what is wrong.</exception>
    public void Check()
    {
        if (Targets.Count == 0)
            throw new ExperimentException("There are no targets; give one for each round, which RoundTargets makes.");
        foreach (var target in Targets)
        {
            (Plan with { Target = target }).Check();
            if (target is not (PlanTarget.Macs or PlanTarget.Parameters or PlanTarget.Ratio { PerLayer: false }))
                throw new ExperimentException(
                    "Rounds reach a share of multiply-adds, of parameters or of channels, and no other target."
                );
        }
        Pruning(Targets[0]).Check();
        Phases?.Check();
    }

    internal PruningOptions Pruning(PlanTarget target) =>
        new()
        {
            Plan = Plan with { Target = target },
            Recalibrate = Recalibrate,
            Images = Images,
        };
}
