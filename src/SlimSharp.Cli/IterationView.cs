using SlimSharp.Experiments;

namespace SlimSharp.Cli;

/// <summary>Shows what an iteration is going to train, and what came of it.</summary>
internal static class IterationView
{
    /// <summary>The trainings of a schedule, in their order.</summary>
    internal static void Show(Screen screen, IterationPhases phases, int rounds)
    {
        IEnumerable<IReadOnlyList<string>> Rows(string place, IEnumerable<TrainingPhase> list) =>
            list.Select(p =>
                (IReadOnlyList<string>)
                    [
                        $"{place}: {p.Name}",
                        Words.Count(p.Epochs),
                        Words.Number(p.LearningRate.Initial),
                        p.LearningRate.InWords(),
                        p.Regularizers.Count == 0 ? "none" : string.Join(' ', p.Regularizers),
                    ]
            );
        screen.Table(
            "Trainings:",
            ["", "epochs", "rate", "falls", "regularisers"],
            [
                .. Rows("before the first cut", phases.Before),
                .. rounds > 1 ? Rows("after each cut but the last", phases.Between) : [],
                .. Rows("after the last cut", phases.Last),
            ],
            3,
            4
        );
    }

    /// <summary>The sizes that came of it.</summary>
    internal static void Show(Screen screen, IReadOnlyList<IterationRound> rounds)
    {
        screen.Say();
        screen.Table(
            "Sizes by round:",
            ["", "parameters", "MACs"],
            rounds.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Round == 0 ? "start" : $"round {r.Round}",
                        Words.Count(r.Cost.Parameters),
                        Words.Count(r.Cost.Macs),
                    ]
            )
        );
        screen.Say($"The small network: {rounds[^1].File}");
        screen.Emit(new() { ["model"] = rounds[^1].File });
    }
}
