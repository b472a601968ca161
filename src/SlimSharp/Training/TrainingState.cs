using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// A model in training with what the optimiser remembers, the regularisers' own tensors and the best weights so far:
/// for a loop of a program's own. Each step of it calls <c>backward()</c> on a loss, the regularisers at their moments,
/// and <see cref="Step"/>; <see cref="ToCheckpoint"/> and <see cref="Restore"/> keep it.
/// </summary>
public sealed class TrainingState : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _trained;
    private readonly Dictionary<string, torch.Tensor[]> _memory = [];
    private readonly Dictionary<string, torch.Tensor> _beside; // the regularisers' own
    private readonly Dictionary<string, ParameterRules> _rules = [];
    private readonly Optimizer _optimizer;
    private readonly Dictionary<string, torch.Tensor> _frozen = []; // as they are to stay

    /// <summary>A training that begins.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="optimizer">The rule by which parameters are changed.</param>
    /// <param name="regularizers">
    /// Methods whose own tensors are trained and kept with the model's; they stay the caller's.
    /// </param>
    /// <exception cref="TrainingException">A rule of the optimiser selects no parameter.</exception>
    public TrainingState(Model model, Optimizer optimizer, params IReadOnlyList<Regularizer> regularizers)
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
        var undecayed = regularizers.SelectMany(r => r.Undecayed).ToHashSet();
        ParameterRole? Role(string name) => roles.TryGetValue(name, out var role) ? role : null;
        foreach (var (name, tensor) in _trained)
        {
            _rules[name] = optimizer.For(name, Role(name), isDecayed: !undecayed.Contains(name));
            _memory[name] =
            [
                .. _rules[name]
                    .Memory.Select(_ => torch.zeros_like(tensor, requires_grad: false).DetachFromDisposeScope()),
            ];
            if (_rules[name].IsFrozen)
                _frozen[name] = tensor.detach().clone().DetachFromDisposeScope();
        }
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>Where the training stands; steps are counted by <see cref="Step"/>, the rest by the loop.</summary>
    public TrainingPosition Position { get; set; } = new();

    /// <summary>The weights of the best epoch, if any was kept.</summary>
    public Weights? Best { get; private set; }

    /// <summary>Changes all parameters by their gradients, and takes the gradients away.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="clipNorm">Gradients are scaled down to this joint norm; null leaves them.</param>
    public void Step(double learningRate, double? clipNorm = null)
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
    public void KeepFrozen()
    {
        using var still = torch.no_grad();
        foreach (var (name, tensor) in _frozen)
            _trained[name].copy_(tensor);
    }

    /// <summary>Keeps the weights as they are now as the best so far.</summary>
    public void KeepBest()
    {
        Best?.Dispose();
        Best = Model.CopyWeights();
    }

    /// <summary>The training as it stands, with copies of all tensors; the caller disposes it.</summary>
    public Checkpoint ToCheckpoint()
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
    /// <param name="memory">Tensors by name; they are copied.</param>
    /// <exception cref="TrainingException">One is missing.</exception>
    public void Recall(Weights memory)
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
    /// <param name="from">A checkpoint of the same network, optimiser and methods.</param>
    /// <exception cref="TrainingException">It is of others.</exception>
    public void Restore(Checkpoint from)
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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _memory.Values.SelectMany(t => t).Concat(_frozen.Values))
            tensor.Dispose();
        Best?.Dispose();
    }
}
