using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>
/// Official mode of OrthoReg: compares penalties, gradients, training steps, importance and pruning decisions with what
/// the released code computed, in float64.
/// </summary>
internal static class OrthoReproduction
{
    // As they say how far a reference can be trusted: computed in float64, stored in float32, and behind a training
    // that amplifies.
    internal const double Computed = 1e-10;
    private const double Stored = 1e-7;
    private const double Amplified = 1e-7;
    private const string Schedules = "schedules";

    private static readonly Dictionary<string, Func<OrthoReference, string, IEnumerable<Deviation>>> Parts = new()
    {
        ["penalty"] = Penalty,
        ["training"] = (r, name) => Training(r, name, r.Numbers.GetProperty("training")),
        ["training-low-rate"] = (r, name) => Training(r, name, r.Numbers.GetProperty("training_low_rate")),
        ["importance"] = OrthoImportance.Compare,
        ["pruning"] = OrthoPruning.Compare,
    };

    internal static IEnumerable<string> Cases(string folder) =>
        OrthoReference
            .Names(folder)
            .SelectMany(n => Parts.Keys.Select(p => $"{n}.{p}"))
            .Concat(File.Exists(Path.Combine(folder, $"{Schedules}.json")) ? [Schedules] : []);

    internal static bool IsCase(string name) => name == Schedules || Parts.ContainsKey(name.Split('.')[^1]);

    internal static IReadOnlyList<Deviation> Run(string folder, string name)
    {
        if (name == Schedules)
            return OrthoSchedules.Compare(Path.Combine(folder, $"{Schedules}.json"), name);
        using var scope = torch.NewDisposeScope();
        using var reference = new OrthoReference(folder, name.Split('.')[0]);
        return
        [
            .. Parts[name.Split('.')[^1]]
                (reference, name)
                .GroupBy(d => (d.Quantity, d.Tolerance))
                .Select(g => g.MaxBy(d => d.Largest)!),
        ];
    }

    private static IEnumerable<Deviation> Penalty(OrthoReference reference, string name)
    {
        using var model = reference.Start();
        var expected = reference.Numbers.GetProperty("penalty");
        using var published = new Orthonormality(reference.Network, expected.GetProperty("lambda").GetDouble(), true);
        var (theirs, ours) = (published.In(model), Orthonormality.Of(model));
        var layers = expected.GetProperty("layers").EnumerateArray().ToArray();
        yield return Count("layers", layers.Length, theirs.Count);
        foreach (var (layer, i) in layers.Select((l, i) => (l, i)))
        {
            var smaller = layer.GetProperty("min_side").GetString();
            yield return Count("numbers of filters", Number("n") - Number("k"), ours[i].Filters - ours[i].Columns);
            yield return Real("weights of layers", Number("omega"), theirs[i].Weight);
            yield return Real("penalties as released", Number("value"), theirs[i].Penalty);
            yield return Real("scores as released", Number("score"), theirs[i].Score);
            yield return Real("penalties, smaller side", Number($"value_{smaller}"), ours[i].Penalty);
            yield return Real("scores, smaller side", Number($"score_{smaller}"), ours[i].Score);
            double Number(string property) => layer.GetProperty(property).GetDouble();
        }
        yield return Real(
            "total penalty",
            expected.GetProperty("total").GetDouble(),
            theirs.Sum(l => l.Weight * l.Penalty)
        );
        using var file = reference.Tensors("penalty-grad");
        using var smallerSide = new Orthonormality(reference.Network, 1);
        using var released = new Orthonormality(reference.Network, 1, published: true);
        foreach (var deviation in Gradients(name, model, released, file, ""))
            yield return deviation;
        foreach (var deviation in Gradients(name, model, smallerSide, file, "minside."))
            yield return deviation;

        Deviation Real(string quantity, double theirs, double ours) =>
            new(name, quantity, Reproduction.Relative([theirs], [ours])) { Tolerance = Computed };
        Deviation Count(string quantity, double theirs, double ours) => new(name, quantity, Math.Abs(theirs - ours));
    }

    // Of the penalty without its strength, and without a loss.
    private static IEnumerable<Deviation> Gradients(
        string name,
        Model model,
        Orthonormality penalty,
        TensorFile file,
        string prefix
    )
    {
        foreach (var (parameter, _, of) in model.Network.Parameters())
        {
            if (of.IsTrained)
                model[parameter].grad = torch.zeros_like(model[parameter], requires_grad: false);
        }
        penalty.OnGradients(model, new StepInfo(0, 0, 0, 0));
        foreach (var (theirs, expected) in file.Tensors)
        {
            if (!theirs.StartsWith(prefix, StringComparison.Ordinal) || (prefix == "") == theirs.StartsWith("minside."))
                continue;
            using var gradient = model[theirs[prefix.Length..]].grad!;
            var quantity = prefix == "" ? "gradients as released" : "gradients, smaller side";
            yield return Compare(name, quantity, expected, gradient, Computed);
        }
    }

    private static IEnumerable<Deviation> Training(OrthoReference reference, string name, JsonElement expected)
    {
        using var model = reference.Start();
        using var penalty = new Orthonormality(
            reference.Network,
            reference.Numbers.GetProperty("penalty").GetProperty("lambda").GetDouble(),
            published: true
        );
        if (expected.TryGetProperty("eval_logits_before", out var before))
            yield return Real("logits before", Rows(before), Logits(reference, model), Computed);
        var rate = expected.GetProperty("lr").GetDouble();
        // Its decay is left where it is by default: the regulariser says that nothing decays.
        var optimizer = new Sgd();
        using var state = new TrainingState(model, optimizer, penalty);
        model.train();
        foreach (var (step, at) in expected.GetProperty("steps").EnumerateArray().Select((s, i) => (s, i)))
        {
            using var scope = torch.NewDisposeScope();
            using var batch = reference.Batch(at);
            var values = model.Run(batch.InputsFor(model));
            var loss = new Classification().Loss(reference.Network, batch, values);
            var (own, term) = (loss.item<double>(), penalty.Value(model));
            yield return Real("cross-entropies", [Number(step, "cross_entropy")], [own], Computed);
            yield return Real("penalties", [Number(step, "penalty")], [term / penalty.Lambda], Computed);
            yield return Real("losses", [Number(step, "loss")], [own + term], Computed);
            loss.backward();
            penalty.OnGradients(model, new StepInfo(0, at, rate, optimizer.EffectiveStep(rate)));
            state.Step(rate);
            if (expected.TryGetProperty("norms_after_step", out var norms))
            {
                foreach (var deviation in Norms(name, model, norms[at]))
                    yield return deviation;
            }
        }
        if (expected.TryGetProperty("norms_after_last_step", out var last))
        {
            foreach (var deviation in Norms(name, model, last))
                yield return deviation;
        }
        else
        {
            using var file = reference.Tensors("after3");
            foreach (var (tensor, theirs) in file.Tensors)
                yield return Compare(name, "tensors after", theirs, model[tensor], Computed);
        }
        yield return Real(
            "logits after",
            Rows(expected.GetProperty("eval_logits_after")),
            Logits(reference, model),
            Amplified
        );
        if (expected.TryGetProperty("score_after", out var scores))
            yield return Real(
                "scores after",
                Reproduction.Values(scores),
                penalty.In(model).Select(l => l.Score),
                Computed
            );

        Deviation Real(string quantity, IEnumerable<double> theirs, IEnumerable<double> ours, double tolerance) =>
            new(name, quantity, Reproduction.Relative([.. theirs], [.. ours])) { Tolerance = tolerance };
    }

    internal static Deviation Compare(
        string name,
        string quantity,
        torch.Tensor theirs,
        torch.Tensor ours,
        double computed
    ) =>
        new(
            name,
            theirs.dtype == torch.float32 ? $"{quantity} (stored in float32)" : quantity,
            Reproduction.Relative(Float64.Of(theirs), Float64.Of(ours))
        )
        {
            Tolerance = theirs.dtype == torch.float32 ? Stored : computed,
        };

    internal static IEnumerable<double> Rows(JsonElement array) =>
        array.EnumerateArray().SelectMany(Reproduction.Values);

    internal static double Number(JsonElement of, string property) => of.GetProperty(property).GetDouble();

    private static IEnumerable<Deviation> Norms(string name, Model model, JsonElement norms) =>
        norms
            .EnumerateObject()
            .Select(n => new Deviation(
                name,
                "norms of tensors",
                Reproduction.Relative([n.Value.GetDouble()], [Math.Sqrt(Float64.Of(model[n.Name]).Sum(v => v * v))])
            )
            {
                Tolerance = Computed,
            });

    // Of the first two images of the last batch, which is not trained on.
    private static double[] Logits(OrthoReference reference, Model model)
    {
        using var batch = reference.Batch(reference.Batches - 1, first: 2);
        return Evaluated(model, batch);
    }

    internal static double[] Evaluated(Model model, Data.Batch batch)
    {
        model.eval();
        using var still = torch.no_grad();
        using var output = model.forward(batch.Images);
        return Float64.Of(output);
    }
}
