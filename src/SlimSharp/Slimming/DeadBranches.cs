using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// Terms of sums that do not depend on the inputs: because their weights are zero, or because a plan empties the layers
/// in them. They are replaced by the shift per channel that they amount to, which in evaluation is exact.
/// </summary>
/// <param name="source">The network with these branches.</param>
/// <param name="branches">Those that go.</param>
internal sealed class DeadBranches(Network source, ImmutableArray<BranchPlan> branches)
{
    private readonly HashSet<string> _silenced = [.. branches.SelectMany(b => b.Silenced)];

    /// <summary>True if no branch goes.</summary>
    internal bool IsEmpty => branches.IsEmpty;

    /// <summary>True if a branch goes without a shift in its place.</summary>
    internal bool AnyWithoutShift => branches.Any(b => !b.Shift);

    /// <summary>The network with them.</summary>
    internal Network Source => source;

    /// <summary>The network without them.</summary>
    internal Network Target { get; } = Without(source, branches);

    /// <summary>Those of <paramref name="plan"/>.</summary>
    internal static DeadBranches Of(SlimmingPlan plan) => new(plan.Options.Prepare(plan.Source), plan.Branches);

    /// <summary>The same branches of the <see cref="OpenNetwork"/>.</summary>
    internal DeadBranches Open(IReadOnlySet<string> pooled) => new(OpenNetwork.Of(source, pooled), branches);

    /// <summary>
    /// The terms that are constant with these weights when all inputs of the <paramref name="silent"/> layers are zero.
    /// </summary>
    internal static ImmutableArray<BranchPlan> Find(
        Network network,
        Weights weights,
        IReadOnlySet<string> silent,
        bool dropShifts
    )
    {
        var sums = network.Nodes.Where(n => n.Layer.Traits().IsSum && !network.Outputs.Contains(n.Name)).ToArray();
        if (sums.Length == 0)
            return [];
        var constants = ConstantValues.Of(network, weights, silent);
        return
        [
            .. from sum in sums
            let dead = sum.Inputs.Distinct().Where(i => constants[i].All(double.IsFinite)).ToArray()
            where dead.Length < sum.Inputs.Distinct().Count()
            from term in dead
            select new BranchPlan(
                sum.Name,
                term,
                !dropShifts && constants[term].Any(v => v != 0),
                [.. Upstream(network, term).Where(silent.Contains)]
            ),
        ];
    }

    /// <summary>The target's tensors, the shifts among them; the caller disposes them.</summary>
    internal Weights Slim(Weights weights)
    {
        var slim = new Weights();
        var given = OpenNetwork.Names(source);
        foreach (var (name, node, _) in Target.Parameters())
        {
            if (given.Contains(node.Name)) // but for shifts that come in the place of branches
                slim[name] = weights[name].clone();
        }
        SetShifts(slim, weights, _silenced);
        return slim;
    }

    /// <summary>
    /// What stands in for the source's tensors <paramref name="original"/> where the target is masked by
    /// <paramref name="masks"/>: these, and zeros where the plan empties, so that nothing is read there. The caller
    /// disposes it.
    /// </summary>
    internal Weights Reference(Weights masks, Weights original, bool silence = true)
    {
        var reference = masks.Copy();
        foreach (var (name, node, parameter) in source.Parameters())
        {
            if (parameter.Role == ParameterRole.Weight && _silenced.Contains(node.Name))
                reference[name] = torch.zeros_like(original[name]);
        }
        if (silence)
            Silence(reference, original);
        return reference;
    }

    /// <summary>
    /// The outputs of the masked network with its branches for random tensors of <paramref name="cut"/>. The branches'
    /// own weights are zero, so that they are constants again; their shifts are written into <paramref
    /// name="weights"/>. The caller disposes them.
    /// </summary>
    internal torch.Tensor Masked(
        NetworkCut cut,
        Weights weights,
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        long seed
    )
    {
        // Folding may have given layers a bias.
        var network = new Network(
            source.Name,
            [
                .. source.Nodes.Select(n =>
                    cut.Source.Nodes.FirstOrDefault(c => c.Name == n.Name) is { } other
                        ? n with
                        {
                            Layer = other.Layer,
                        }
                        : n
                ),
            ],
            source.Outputs
        );
        using var masks = cut.Overrides(weights);
        var original = new Weights();
        foreach (var (name, node, parameter) in network.Parameters())
            original[name] =
                weights.Contains(name) ? weights[name].clone()
                : parameter.Role == ParameterRole.Weight && network.FlowOf(node) is ChannelFlow.Own
                    ? torch.zeros([.. parameter.Sizes], torch.float64)
                : RandomWeights.Draw(name, parameter, 1, seed);
        using (var masked = original.With(masks))
            SetShifts(weights, masked, []);
        Silence(masks, original);
        var whole = cut.Masked(network);
        using var model = new Model(whole.Network, original);
        return Certifier.Outputs(model, inputs, masks, whole.Taps);
    }

    private void SetShifts(Weights target, Weights weights, HashSet<string> silent)
    {
        if (branches.IsEmpty)
            return;
        var constants = ConstantValues.Of(source, weights, silent);
        foreach (var sum in branches.Where(b => b.Shift).GroupBy(b => b.Sum))
        {
            var terms = source[sum.Key]
                .Inputs.Where(i => sum.Any(b => b.Term == i))
                .Select(i => constants[i])
                .ToArray();
            double[] shift = [.. Enumerable.Range(0, terms[0].Length).Select(c => terms.Sum(t => t[c]))];
            target[$"{ShiftName(source, sum.Key)}.bias"] = Numbers.Tensor(
                shift,
                [shift.Length],
                weights[weights.Names.First()].dtype
            );
        }
    }

    // Branches that go without their shift: whatever gives it is zero in the reference, too.
    private void Silence(Weights reference, Weights original)
    {
        foreach (var branch in branches.Where(b => !b.Shift))
        {
            var tail = Tail(branch.Term);
            foreach (var parameter in tail.Layer.Parameters(source.InputShapes(tail)))
            {
                if (parameter.Role is ParameterRole.Scale or ParameterRole.Shift or ParameterRole.Bias)
                    reference[$"{tail.Owner}.{parameter.Name}"] = torch.zeros_like(
                        original[$"{tail.Owner}.{parameter.Name}"]
                    );
            }
        }
    }

    private Node Tail(string name)
    {
        var node = source[name];
        while (node.Layer.Parameters(source.InputShapes(node)).All(Multiplies) && node.Inputs.Length == 1)
            node = source[node.Inputs[0]];
        return node;
    }

    // Factors and slopes make zero of zero.
    private static bool Multiplies(LayerParameter parameter) =>
        parameter.Role is ParameterRole.Factor or ParameterRole.Gain;

    private static HashSet<string> Upstream(Network network, string name)
    {
        var found = new HashSet<string> { name };
        foreach (var node in network.Nodes.Reverse().Where(n => found.Contains(n.Name)))
            found.UnionWith(node.Inputs);
        return found;
    }

    private static string ShiftName(Network network, string sum)
    {
        var name = $"{sum}.shift";
        while (network.Nodes.Any(n => n.Name == name))
            name += "s";
        return name;
    }

    private static Network Without(Network network, ImmutableArray<BranchPlan> branches)
    {
        if (branches.IsEmpty)
            return network;
        var (nodes, renamed) = (new List<Node>(), new Dictionary<string, string>());
        foreach (var given in network.Nodes)
        {
            var dead = branches.Where(b => b.Sum == given.Name).ToArray();
            var node = given with
            {
                Inputs =
                [
                    .. given.Inputs.Where(i => dead.All(b => b.Term != i)).Select(i => renamed.GetValueOrDefault(i, i)),
                ],
            };
            var result = node.Name;
            if (dead.Length > 0 && node.Inputs.Length == 1)
                result = node.Inputs[0];
            else
                nodes.Add(node);
            if (dead.Any(b => b.Shift))
            {
                nodes.Add(new(ShiftName(network, given.Name), new Shift(), [result]));
                result = nodes[^1].Name;
            }
            if (result != given.Name)
                renamed[given.Name] = result;
        }
        return new(network.Name, Reachable(nodes, network.Outputs), network.Outputs);
    }

    private static ImmutableArray<Node> Reachable(List<Node> nodes, ImmutableArray<string> outputs)
    {
        var needed = outputs.ToHashSet();
        foreach (var node in Enumerable.Reverse(nodes).Where(n => needed.Contains(n.Name)))
        {
            needed.UnionWith(node.Inputs);
            if (node.Shares is { } owner)
                needed.Add(owner);
        }
        return [.. nodes.Where(n => needed.Contains(n.Name) || n.IsInput)];
    }
}
