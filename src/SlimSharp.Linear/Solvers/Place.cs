namespace SlimSharp.Linear;

/// <summary>
/// Weights and an intercept with all that follows from them: margins, slopes and curvatures of the loss, the objective.
/// </summary>
internal sealed class Place
{
    private const double Sufficient = 1e-4;
    private const double Rounding = 4e-16;
    private const int Halvings = 12;
    private const double Bold = 1.2; // times what a model promised: its step is too short
    private const int Doublings = 6;

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

    /// <summary>
    /// Moves to the model's point, or part of the way, if the objective falls enough by that; returns how much it fell
    /// as a share of what the model said, 0 if it did not move.
    /// </summary>
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
            var tried = Loss();
            var change = tried - loss + PenaltyChange(model, share);
            if (!(change <= Sufficient * share * model.Change + Rounding * Math.Abs(Objective)))
                continue;
            var (moves, turn) = (new double[model.Set.Length], share * (model.Intercept - Intercept));
            for (var k = 0; k < moves.Length; k++)
            {
                ref var w = ref Weights[model.Set[k]];
                var next = share == 1 ? model.Weights[k] : w + share * (model.Weights[k] - w);
                (moves[k], w) = (next - w, next);
            }
            Accept(turn, tried + _problem.PenaltyValue(Weights, Beta));
            if (change / model.Change > Bold)
                GoOn(model.Set, moves, turn);
            return change / model.Change;
        }
        return 0;
    }

    // The same way again, then twice and four times as far, as long as the objective falls: by a saddle, where the
    // penalty bends nearly as much as the loss, models are too timid, one after the other. What would change its sign
    // stays.
    private void GoOn(int[] set, double[] moves, double turn)
    {
        var before = new double[set.Length];
        for (var i = 0; i < Doublings; i++)
        {
            _step.AsSpan().Fill(turn);
            for (var k = 0; k < set.Length; k++)
            {
                ref var w = ref Weights[set[k]];
                before[k] = w;
                moves[k] = w * (w + moves[k]) > 0 ? moves[k] : 0;
                if (moves[k] != 0)
                    _problem.Features.Add(set[k], moves[k], _step);
                w += moves[k];
            }
            for (var k = 0; k < Margins.Length; k++)
                _tried[k] = Margins[k] + _step[k];
            var objective = Loss() + _problem.PenaltyValue(Weights, Beta);
            if (!(objective < Objective))
            {
                for (var k = 0; k < set.Length; k++)
                    Weights[set[k]] = before[k];
                return;
            }
            Accept(turn, objective);
            turn *= 2;
            for (var k = 0; k < moves.Length; k++)
                moves[k] *= 2;
        }
    }

    // That of the margins that are tried, with its slopes and curvatures.
    private double Loss() =>
        LogisticLoss.All(_tried, _problem.Labels, _problem.SampleWeights, _triedSlopes, _triedCurvatures);

    private void Accept(double turn, double objective)
    {
        (Intercept, Objective) = (Intercept + turn, objective);
        _tried.CopyTo(Margins, 0);
        (Slopes, _triedSlopes) = (_triedSlopes, Slopes);
        (Curvatures, _triedCurvatures) = (_triedCurvatures, Curvatures);
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
