using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// What is left of the tokens of every node when a plan keeps only some at some nodes, counted as in the network that
/// is cut. What mixes tokens is told apart from what hands them on by what layers say (<see cref="Layer.Tokens"/>).
/// </summary>
internal sealed partial class TokenCut
{
    private readonly Network _network;
    private readonly Dictionary<string, TokenPlan> _plans;
    private readonly Dictionary<int, int[]> _all = []; // by their number
    private readonly Dictionary<string, int[]> _made = []; // by node, the tokens that its layer still makes
    private readonly Dictionary<string, int[]> _left = []; // and those that its readers get

    private TokenCut(Network network, IReadOnlyList<TokenPlan> plans) =>
        (_network, _plans) = (network, plans.ToDictionary(p => p.Node));

    /// <summary>Works out what is left.</summary>
    /// <exception cref="PlanException">The plans are of another network, or remove what must stay.</exception>
    internal static TokenCut Of(Network network, IReadOnlyList<TokenPlan> plans)
    {
        var cut = new TokenCut(network, plans);
        foreach (var plan in plans)
            cut.Check(plan);
        foreach (var node in network.Nodes)
        {
            var made = cut._made[node.Name] = cut.Through(node);
            cut._left[node.Name] = cut._plans.TryGetValue(node.Name, out var plan) ? Kept(plan, made) : made;
        }
        foreach (var output in network.Outputs.Where(o => cut.Lost(o)))
            throw new PlanException(
                $"The plan removes tokens of '{output}', which must stay: {new FrozenReason(FrozenKind.Output)}."
            );
        cut.CheckSharing();
        return cut;
    }

    /// <summary>By parameter and axis that follows tokens, the places that stay, where some go.</summary>
    internal IEnumerable<KeyValuePair<(string Parameter, int Axis), long[]>> Kept() =>
        from parameter in _network.Parameters()
        from tokens in parameter.Parameter.TokenAxes
        let input = parameter.Node.Inputs[tokens.Port]
        where Lost(input)
        select KeyValuePair.Create((parameter.Name, tokens.Axis), _left[input].Select(t => (long)t).ToArray());

    /// <summary>The network that is left of one with these nodes, or some of them.</summary>
    internal Network Target(Network network)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var renamed = new Dictionary<string, string>();
        foreach (var given in network.Nodes)
        {
            var (name, made, left) = (given.Name, _made[given.Name], _left[given.Name]);
            var picks = given.Layer.Tokens(network.InputShapes(given)) is TokenFlow.Pick;
            var node = given with { Inputs = [.. given.Inputs.Select(i => renamed.GetValueOrDefault(i, i))] };
            if (given.Inputs.Any(Lost) || (picks && Lost(name)))
                node = node with
                {
                    Layer = given.Layer.NarrowTokens([.. given.Inputs.Select(i => _left[i])], picks ? left : made),
                };
            nodes.Add(node);
            if (picks || left.Length == made.Length)
                continue;
            renamed[name] = FreeName(network, $"{name}.tokens");
            ImmutableArray<int> places = [.. left.Select(t => Array.BinarySearch(made, t))];
            nodes.Add(new(renamed[name], new Select(places) { Axis = PositionAxis.Tokens }, [name]));
        }
        return new(network.Name, nodes.ToImmutable(), network.Outputs);
    }

    private static string FreeName(Network network, string name)
    {
        while (network.Nodes.Any(n => n.Name == name))
            name += "_";
        return name;
    }

    // True if readers of the node get fewer tokens than it has.
    private bool Lost(string node) => _left[node].Length < _network.Shapes[node].Tokens;

    private int[] All(string node)
    {
        var count = _network.Shapes[node].Tokens;
        return _all.TryGetValue(count, out var all) ? all : _all[count] = [.. Enumerable.Range(0, count)];
    }

    private void Check(TokenPlan plan)
    {
        if (!_network.Shapes.TryGetValue(plan.Node, out var shape))
            throw new PlanException(
                $"The plan keeps tokens of '{plan.Node}', which is no node of what it leaves of {_network.Name}."
            );
        if (!shape.IsSequence)
            throw new PlanException($"The plan keeps tokens of '{plan.Node}', which is {shape.InWords}.");
        if (plan.Tokens != shape.Tokens)
            throw new PlanException(
                $"The plan says that '{plan.Node}' has {plan.Tokens} tokens, but in the network it has {shape.Tokens}."
            );
        plan.Check();
    }

    private static int[] Kept(TokenPlan plan, int[] made) =>
        plan.Kept.FirstOrDefault(t => Array.BinarySearch(made, t) < 0, -1) is >= 0 and var gone
            ? throw new PlanException($"The plan keeps token {gone} of '{plan.Node}', which is gone before that node.")
            : [.. plan.Kept];

    private int[] Through(Node node)
    {
        if (!node.Inputs.Any(Lost))
            return All(node.Name);
        var flow = node.Layer.Tokens(_network.InputShapes(node));
        if (!Fits(node, flow))
            throw new NetworkException(
                $"{node.Layer.GetType().Name} '{node.Name}' says how its tokens follow those of its inputs ({flow.GetType().Name}), but it reads {string.Join(" and ", _network.InputShapes(node))} and makes {_network.Shapes[node.Name]}."
            );
        switch (flow)
        {
            case TokenFlow.Same:
                return Common(node, Enumerable.Range(0, node.Inputs.Length).Where(p => IsSequence(node, p)));
            case TokenFlow.Pick(var sources):
                var source = _left[node.Inputs[0]];
                int[] picked =
                [
                    .. All(node.Name)
                        .Where(t => sources[t] == Select.Zero || Array.BinarySearch(source, sources[t]) >= 0),
                ];
                return picked.Length > 0
                    ? picked
                    : throw new PlanException(
                        $"The plan removes all tokens of '{node.Inputs[0]}' that '{node.Name}' selects; at least one must stay."
                    );
            case TokenFlow.Mixed(var ports, _, var follows):
                Common(node, ports);
                return follows is { } port ? _left[node.Inputs[port]] : All(node.Name);
            case TokenFlow.Whole(var because):
                throw new PlanException(
                    $"The plan removes tokens that reach '{node.Name}', which needs all of them: {because}."
                );
            default:
                throw new NotSupportedException();
        }
    }

    // Kinds of others' may say what cannot be.
    private bool Fits(Node node, TokenFlow flow)
    {
        var (shapes, made) = (_network.InputShapes(node), _network.Shapes[node.Name]);
        bool IsThere(int port) => port >= 0 && port < shapes.Length && shapes[port].IsSequence;
        return flow switch
        {
            TokenFlow.Same => made.IsSequence && shapes.All(s => !s.IsSequence || s.Tokens == made.Tokens),
            TokenFlow.Pick(var sources) => sources.Length == made.Tokens
                && sources.All(t => t >= Select.Zero && t < shapes[0].Tokens),
            TokenFlow.Mixed(var ports, var mask, var follows) => !ports.IsDefaultOrEmpty
                && ports.All(p => IsThere(p) && shapes[p].Tokens == shapes[ports[0]].Tokens)
                && mask.Port >= 0
                && mask.Port <= shapes.Length
                && (follows is not { } port || IsThere(port) && shapes[port].Tokens == made.Tokens),
            _ => true,
        };
    }

    private bool IsSequence(Node node, int port) => _network.Shapes[node.Inputs[port]].IsSequence;

    // The tokens that all these inputs have left, which are the same.
    private int[] Common(Node node, IEnumerable<int> ports)
    {
        string[] read = [.. ports.Select(p => node.Inputs[p])];
        var first = _left[read[0]];
        return read.FirstOrDefault(i => !_left[i].AsSpan().SequenceEqual(first)) is { } other
            ? throw new PlanException(
                $"'{node.Name}' reads the same tokens of '{read[0]}' and '{other}', but the plan leaves {first.Length} of the one and {_left[other].Length} of the other, or not the same: keep the same tokens of both."
            )
            : first;
    }

    private void CheckSharing()
    {
        foreach (var node in _network.Nodes.Where(n => n.Shares is not null))
        {
            var follows = node.Layer.Parameters(_network.InputShapes(node)).SelectMany(p => p.TokenAxes);
            if (follows.Any(a => !_left[node.Inputs[a.Port]].SequenceEqual(_left[_network[node.Owner].Inputs[a.Port]])))
                throw new PlanException(
                    $"'{node.Name}' computes with the parameters of '{node.Owner}', which follow tokens, but the plan leaves other tokens of what it reads; keep the same of both."
                );
        }
    }
}
