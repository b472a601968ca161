using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// A number for each filter, that is, for the weights that make one output channel of a convolution or linear layer.
/// </summary>
public abstract record FilterCriterion : Criterion
{
    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        bool IsWeight(ChannelSlice slice) => subject.Graph.Parameters[slice.Parameter].Role == ParameterRole.Weight;
        var members = Enumerable.Range(0, group.Units).Select(_ => new List<double>()).ToArray();
        foreach (var slice in group.Slices.Where(s => !s.ReadsInput && IsWeight(s)))
        {
            using var first = subject.Weights[slice.Parameter].detach().transpose(0, slice.Axis);
            using var filters = first.reshape(first.shape[0], -1);
            using var wide = filters.to(torch.float64);
            var numbers = Of(wide, slice, subject);
            for (var unit = 0; unit < group.Units; unit++)
                members[unit].AddRange(slice.Places[unit].Select(p => numbers[p]));
        }
        return members.All(m => m.Count > 0) ? [.. members.Select(m => Reduce(m, reduction))] : null;
    }

    /// <summary>One number for each row of filters × weights, float64.</summary>
    protected abstract double[] Of(torch.Tensor filters);

    /// <summary>The same, by more than the numbers of the filters.</summary>
    /// <param name="filters">Filters × weights, float64.</param>
    /// <param name="slice">Where they lie.</param>
    /// <param name="subject">What the plan is made for.</param>
    protected virtual double[] Of(torch.Tensor filters, ChannelSlice slice, PlanSubject subject) => Of(filters);
}
