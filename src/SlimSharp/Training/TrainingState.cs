using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// A model in training with what the optimiser remembers, the regularisers' own tensors and the best weights so far.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _trained;
    private readonly Dictionary<string, torch.Tensor[]> _memory = [];
    private readonly Dictionary<string, torch.Tensor> _beside; // the regularisers' own
    private readonly Dictionary<string, ParameterRules> _rules = [];
    private readonly Optimizer _optimizer;
    private readonly Dictionary<string, torch.Tensor> _frozen = []; // as they are to stay

    internal TrainingState(Model model, Optimizer optimizer, IReadOnlyList<Regularizer> regularizers)
    {
        var named = RegularizerSet.Of(regularizers);
        (Model, _optimizer) = (model, optimizer);
        _trained = model
            .Network.Parameters()
            .Where(p => p.Parameter.IsTrained)
            .ToDictionary(p => p.Name, p => model[p.Name]);
        foreach (var (name, tensor) in named.Parameters)
            _trained.Add(name, tensor);
        _beside = named.Parameters.Concat(named.State).ToDictionary();
        var roles = model.Network.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Role);
        foreach (var idle in optimizer.Rules.Where(r => !_trained.Keys.Any(n => r.Of.Selects(n, Role(n)))))
            throw new TrainingException(
                $"The rule '{idle}' of the optimiser is for no parameter of {model.Network.Name}: '{idle.Of}' "
                    + $"selects none. There are roles such as weight and names such as {_trained.Keys.First()}."
            );
        ParameterRole? Role(string name) => roles.TryGetValue(name, out var role) ? role : null;
        foreach (var (name, tensor) in _trained)
        {
            _rules[name] = optimizer.For(name, Role(name));
            _memory[name] =
            [
                .. _rules[name]
                    .Memory.Select(_ => torch.zeros_like(tensor, requires_grad: false).DetachFromDisposeScope()),
            ];
            if (_rules[name].IsFrozen)
                _frozen[name] = tensor.detach().clone().DetachFromDisposeScope();
        }
    }

    internal Model Model { get; }

    internal TrainingPosition Position { get; set; } = new();

    /// <summary>The weights of the best epoch, if any was kept.</summary>
    internal Weights? Best { get; private set; }

    internal void Step(double learningRate, double? clipNorm)
    {
        Position = Position with { Steps = Position.Steps + 1 };
        using var still = torch.no_grad();
        List<OptimizerSlot> slots =
        [
            .. from p in _trained
            let gradient = p.Value.grad
            where gradient is not null
            select new OptimizerSlot(p.Value, gradient, _memory[p.Key], _rules[p.Key]),
        ];
        if (clipNorm is { } norm)
            new Clipping(norm).Clip([.. slots.Where(s => !s.Rules.IsFrozen)]);
        _optimizer.Step(slots, learningRate, Position.Steps);
        foreach (var parameter in _trained.Values)
            parameter.grad = null;
    }

    /// <summary>Takes back what regularisers have written to parameters that are frozen.</summary>
    internal void KeepFrozen()
    {
        using var still = torch.no_grad();
        foreach (var (name, tensor) in _frozen)
            _trained[name].copy_(tensor);
    }

    internal void KeepBest()
    {
        Best?.Dispose();
        Best = Model.CopyWeights();
    }

    /// <summary>The training as it stands, with copies of all tensors; the caller disposes it.</summary>
    internal Checkpoint ToCheckpoint()
    {
        var (optimizer, methods) = (new Weights(), new Weights());
        foreach (var (name, tensors) in _memory)
        {
            for (var i = 0; i < tensors.Length; i++)
                optimizer[$"{_rules[name].Memory[i]}.{name}"] = tensors[i].clone();
        }
        foreach (var (name, tensor) in _beside)
        {
            using var detached = tensor.detach();
            methods[name] = detached.clone();
        }
        return new()
        {
            Position = Position,
            Weights = Model.CopyWeights(),
            Optimizer = optimizer,
            Methods = methods,
            Best = Best?.Copy() ?? new(),
        };
    }

    /// <summary>
    /// Begins with what an optimiser of the same kind remembered, as in <see cref="Checkpoint.Optimizer"/>.
    /// </summary>
    internal void Recall(Weights memory)
    {
        using var still = torch.no_grad();
        foreach (var (name, tensors) in _memory)
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                var key = $"{_rules[name].Memory[i]}.{name}";
                if (!memory.Contains(key))
                    throw new TrainingException(
                        $"The optimiser's memory that training is to go on with lacks '{key}'; it is of another optimiser or network."
                    );
                tensors[i].copy_(memory[key]);
            }
        }
    }

    /// <summary>Goes on from a checkpoint, of which copies are made.</summary>
    internal void Restore(Checkpoint from)
    {
        Position = from.Position;
        Model.Load(from.Weights);
        Recall(from.Optimizer);
        using var still = torch.no_grad();
        foreach (var (name, tensor) in _beside)
            tensor.copy_(
                from.Methods.Contains(name)
                    ? from.Methods[name]
                    : throw new TrainingException(
                        $"The checkpoint that training is to go on from lacks '{name}'; it is of other methods or another network."
                    )
            );
        foreach (var (name, tensor) in _frozen)
            tensor.copy_(_trained[name]);
        if (from.Best.Names.Count > 0)
            Best = from.Best.Copy();
    }

    public void Dispose()
    {
        foreach (var tensor in _memory.Values.SelectMany(t => t).Concat(_frozen.Values))
            tensor.Dispose();
        Best?.Dispose();
    }
}
