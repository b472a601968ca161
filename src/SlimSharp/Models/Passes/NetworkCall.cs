using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>One forward pass of a network as a node of the framework's graph.</summary>
/// <param name="pass">The pass.</param>
/// <param name="wanted">The nodes whose values are its results.</param>
/// <param name="inputs">What the network reads.</param>
/// <param name="parameters">What it is differentiated by.</param>
/// <param name="isRandom">True if it draws from the framework's generator.</param>
/// <param name="again">The same pass in the framework's own graph: the values of nodes for inputs and
/// parameters.</param>
internal sealed class NetworkCall(
    Pass pass,
    string[] wanted,
    IReadOnlyDictionary<string, torch.Tensor> inputs,
    IReadOnlyList<NetworkCall.Parameter> parameters,
    bool isRandom,
    NetworkCall.GraphRun again
)
{
    private readonly torch.Tensor _sign = AccumulationSign.Leaf();
    private readonly string[] _inputs = [.. inputs.Keys];

    /// <summary>The values of <paramref name="wanted"/> nodes, computed in the framework's graph.</summary>
    internal delegate IReadOnlyDictionary<string, torch.Tensor> GraphRun(
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyCollection<string> wanted,
        Func<string, torch.Tensor?> parameter
    );

    /// <summary>What a network is differentiated by.</summary>
    /// <param name="Name">The parameter's name.</param>
    /// <param name="Tensor">The parameter, or what stands in for it.</param>
    /// <param name="TakesGradient">True if its gradient may be put into it: a parameter of the model itself that is
    /// trained.</param>
    internal sealed record Parameter(string Name, torch.Tensor Tensor, bool TakesGradient);

    internal Pass Pass => pass;

    internal string[] Wanted => wanted;

    internal IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>What marks a backward pass that adds up gradients.</summary>
    internal torch.Tensor Sign => _sign;

    /// <summary>What <see cref="Again"/> needs; the framework keeps it, and notices whether it is changed.</summary>
    internal List<torch.Tensor> Saved() =>
        [
            .. inputs.Values,
            .. parameters.Select(p => p.Tensor),
            .. isRandom ? (torch.Tensor[])[torch.get_rng_state()] : [],
        ];

    /// <summary>
    /// The gradients of parameters, by name, from those of values, by a second forward pass in the framework's graph;
    /// if
    /// <paramref name="differentiable"/>, they can be differentiated in turn. The caller disposes them.
    /// </summary>
    internal Dictionary<string, torch.Tensor> Again(
        IReadOnlyList<(string Name, torch.Tensor Gradient)> given,
        List<torch.Tensor> saved,
        bool differentiable
    )
    {
        using var scope = torch.NewDisposeScope();
        using var graph = torch.enable_grad();
        pass.Release();
        var read = _inputs.Zip(saved).ToDictionary(i => i.First, i => i.Second);
        var tensors = parameters.Zip(saved.Skip(_inputs.Length)).ToDictionary(p => p.First.Name, p => p.Second);
        var values = Drawing(saved, () => again(read, [.. given.Select(g => g.Name)], tensors.GetValueOrDefault));
        var reached = given.Where(g => values[g.Name].requires_grad).ToArray();
        var asked = tensors.Where(t => t.Value.requires_grad).ToArray();
        if (reached.Length == 0 || asked.Length == 0)
            return [];
        var gradients = torch.autograd.grad(
            [.. reached.Select(g => values[g.Name])],
            [.. asked.Select(a => a.Value)],
            [.. reached.Select(g => g.Gradient)],
            retain_graph: differentiable,
            create_graph: differentiable,
            allow_unused: true
        );
        return asked
            .Zip(gradients)
            .Where(g => g.Second is { IsInvalid: false })
            .ToDictionary(g => g.First.Key, g => g.Second.DetachFromDisposeScope());
    }

    // With the random numbers of the first time.
    private T Drawing<T>(List<torch.Tensor> saved, Func<T> run)
    {
        if (!isRandom)
            return run();
        using var now = torch.get_rng_state();
        torch.set_rng_state(saved[^1]);
        try
        {
            return run();
        }
        finally
        {
            torch.set_rng_state(now);
        }
    }
}
