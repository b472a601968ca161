using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>
/// Importance as in OrthoReg's released code: every convolution by itself, with the BatchNorm behind it, whatever it is
/// coupled with.
/// </summary>
internal static class OrthoImportance
{
    private const int SamplesPerClass = 5; // of GraSP

    private static readonly Dictionary<string, Criterion> Estimators = new()
    {
        ["fisher"] = new GroupFisherCriterion(),
        ["bn"] = new ScaleCriterion(),
        ["tfo"] = new ScaleEffectCriterion(ScalesOnly: true),
        ["tfo-both"] = new ScaleEffectCriterion(),
        ["l1"] = new MagnitudeCriterion(1),
        ["sfp"] = new MagnitudeCriterion(2),
        ["rdt"] = new OutputEffectCriterion(),
        ["grasp"] = new GraspCriterion(),
    };

    /// <summary>The scores of every convolution's filters, in their order.</summary>
    /// <param name="reference">The images.</param>
    /// <param name="model">The network, cut or not.</param>
    /// <param name="estimator">As the released code calls it.</param>
    /// <param name="evidence">What was measured for it before.</param>
    internal static double[][] Of(OrthoReference reference, Model model, string estimator, Evidence? evidence = null)
    {
        var criterion = Estimators[estimator];
        using var weights = model.CopyWeights();
        var subject = new PlanSubject(
            new NetworkGraph(model.Network),
            weights,
            evidence ?? Measure(reference, model, criterion)
        );
        // A criterion gives nothing below zero, the released code does.
        var below = subject.Evidence is CurvatureEffects curvature ? curvature.Floor : 0;
        return
        [
            .. from convolution in reference.Convolutions
            let filters = Alone(model.Network, convolution)
            let scores = criterion.Of(filters, subject)!
            let share = estimator == "bn" ? PerFilter(model, convolution) : 1
            select (double[])[.. scores.Select(s => (s + below) / share)],
        ];
    }

    internal static IEnumerable<Deviation> Compare(OrthoReference reference, string name)
    {
        using var file = reference.Tensors("importance");
        using var model = reference.Start();
        foreach (var estimator in Estimators.Keys)
        {
            var scores = Of(reference, model, estimator);
            foreach (var (convolution, ours) in reference.Convolutions.Zip(scores))
                yield return new(
                    name,
                    estimator,
                    Reproduction.Relative(Float64.Of(file.Tensors[$"{estimator}.{convolution}"]), ours)
                )
                {
                    Tolerance = OrthoReproduction.Computed,
                };
        }
    }

    private static Evidence? Measure(OrthoReference reference, Model model, Criterion criterion)
    {
        var objective = new Classification();
        switch (criterion)
        {
            case GroupFisherCriterion or ScaleEffectCriterion:
                return ParameterEffects.Of(model, objective, reference.Images, reference.All);
            case OutputEffectCriterion:
                return OutputEffects.Of(model, reference.Images, reference.All);
            case GraspCriterion:
                var samples = SamplesPerClass * reference.Network.Shapes[reference.Network.Outputs[0]].Channels;
                return CurvatureEffects.Of(
                    model,
                    objective,
                    samples,
                    Enumerable.Range(0, 1).Select(_ => reference.FirstOfEachClass(SamplesPerClass))
                );
            default:
                return null;
        }
    }

    // In VGG, the only ones with biases, the released code divides a scale by the numbers of a filter.
    private static double PerFilter(Model model, string convolution) =>
        model.Network[convolution].Layer.HasBias()
            ? model[$"{convolution}.weight"].numel() / (double)model[$"{convolution}.weight"].shape[0]
            : 1;

    private static ChannelGroup Alone(Network network, string convolution)
    {
        var units = network.Shapes[convolution].Channels;
        ImmutableArray<ImmutableArray<int>> places =
        [
            .. Enumerable.Range(0, units).Select(i => ImmutableArray.Create(i)),
        ];
        string[] nodes = [convolution, NormBehind(network, convolution)];
        return new(
            convolution,
            units,
            [
                .. from parameter in network.Parameters()
                where nodes.Contains(parameter.Node.Name) && parameter.Parameter.OutputAxis is not null
                select new ChannelSlice(parameter.Name, parameter.Parameter.OutputAxis!.Value, false, places),
            ],
            nodes.ToImmutableSortedDictionary(n => n, _ => places),
            null
        );
    }

    /// <summary>The BatchNorm that a convolution feeds, perhaps through an activation.</summary>
    internal static string NormBehind(Network network, string convolution)
    {
        var node = network.Nodes.First(n => n.Inputs.Contains(convolution));
        return node.Layer is BatchNorm ? node.Name : NormBehind(network, node.Name);
    }
}
