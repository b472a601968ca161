namespace SlimSharp.Linear;

/// <summary>Weights and an intercept with all that follows from them: margins, slopes and curvatures of the loss, the objective.</summary>
internal sealed class Place
{
    private const double Sufficient = 1e-4;
    private const double Rounding = 4e-16;
    private const int Halvings = 12;

    private readonly LogisticProblem _problem;
    private readonly double[] _step;
    private readonly double[] _tried;
    private double[] _triedSlopes;
    private double[] _triedCurvatures;

    internal Place(LogisticProblem problem)
    {
        var rows = problem.Features.Rows;
        _problem = problem;
        (Margins, _step, _tried) = (new double[rows], new double[rows], new double[rows]);
        (Slopes, Curvatures) = (new double[rows], new double[rows]);
        (_triedSlopes, _triedCurvatures) = (new double[rows], new double[rows]);
    }

    /// <summary>Goes to these weights, which are its own from then on.</summary>
    internal void GoTo(double[] weights, double intercept, double beta)
    {
        (Weights, Intercept, Beta) = (weights, intercept, beta);
        _problem.Features.Multiply(weights, intercept, Margins);
        Objective =
            LogisticLoss.All(Margins, _problem.Labels, _problem.SampleWeights, Slopes, Curvatures)
            + _problem.PenaltyValue(weights, beta);
    }

    internal double Beta { get; private set; }

    internal double[] Weights { get; private set; } = [];

    internal double Intercept { get; private set; }

    internal double Objective { get; private set; }

    internal double[] Margins { get; }

    internal double[] Slopes { get; private set; }

    internal double[] Curvatures { get; private set; }

    /// <summary>Moves to the model's point, or part of the way, if the objective falls enough by that; returns how much it fell as a share of what the model said, 0 if it did not move.</summary>
    internal double Try(QuadraticModel model)
    {
        if (!(model.Change < 0))
            return 0;
        _step.AsSpan().Fill(model.Intercept - Intercept);
        for (var k = 0; k < model.Set.Length; k++)
        {
            var j = model.Set[k];
            if (model.Weights[k] != Weights[j])
                _problem.Features.Add(j, model.Weights[k] - Weights[j], _step);
        }
        var penalty = _problem.PenaltyValue(Weights, Beta);
        var loss = Objective - penalty;
        // Between two places a penalty without a bound on its curvature can be far above both.
        var halvings = model.IsBound ? 0 : Halvings;
        for (var (i, share) = (0, 1.0); i <= halvings; (i, share) = (i + 1, share / 2))
        {
            for (var k = 0; k < Margins.Length; k++)
                _tried[k] = Margins[k] + share * _step[k];
            var tried = LogisticLoss.All(
                _tried,
                _problem.Labels,
                _problem.SampleWeights,
                _triedSlopes,
                _triedCurvatures
            );
            var change = tried - loss + PenaltyChange(model, share);
            if (!(change <= Sufficient * share * model.Change + Rounding * Math.Abs(Objective)))
                continue;
            for (var k = 0; k < model.Set.Length; k++)
            {
                ref var w = ref Weights[model.Set[k]];
                w = share == 1 ? model.Weights[k] : w + share * (model.Weights[k] - w);
            }
            Intercept += share * (model.Intercept - Intercept);
            Objective = tried + _problem.PenaltyValue(Weights, Beta);
            _tried.CopyTo(Margins, 0);
            (Slopes, _triedSlopes) = (_triedSlopes, Slopes);
            (Curvatures, _triedCurvatures) = (_triedCurvatures, Curvatures);
            return change / model.Change;
        }
        return 0;
    }

    private double PenaltyChange(QuadraticModel model, double share)
    {
        var sum = 0.0;
        for (var k = 0; k < model.Set.Length; k++)
        {
            var (from, to) = (Weights[model.Set[k]], model.Weights[k]);
            if (from == to)
                continue;
            var at = share == 1 ? to : from + share * (to - from);
            sum +=
                Beta * (_problem.Penalty.Value(at) - _problem.Penalty.Value(from))
                + _problem.L2 / 2 * (at * at - from * from);
        }
        return sum;
    }
}
