namespace SlimSharp.Linear;

/// <summary>One β over all folds.</summary>
/// <param name="Beta">β.</param>
/// <param name="Loss">Mean logistic loss of what was not trained on, averaged over folds.</param>
/// <param name="LossError">The standard error of that.</param>
/// <param name="ErrorRate">The share of it that is put in the wrong class.</param>
/// <param name="ErrorRateError">The standard error of that.</param>
/// <param name="Selected">Features with a weight other than zero, averaged over folds.</param>
public readonly record struct CrossValidationPoint(
    double Beta,
    double Loss,
    double LossError,
    double ErrorRate,
    double ErrorRateError,
    double Selected
);
