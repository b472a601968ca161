namespace SlimSharp.Linear;

/// <summary>How to cross-validate.</summary>
public sealed record CrossValidationOptions
{
    /// <summary>Parts, each of which is predicted once from the others.</summary>
    public int Folds { get; init; } = 10;

    /// <summary>What the parts are a function of.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Whether features are brought to the standard deviation 1, anew in every fold, from what is trained on.
    /// </summary>
    public bool Standardizes { get; init; } = true;

    /// <summary>Folds at a time.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>When the solver stops.</summary>
    public SolverOptions Solver { get; init; } = new();

    /// <summary>Told how many of all solutions there are, from any thread.</summary>
    public Action<int, int>? Progress { get; init; }
}
