using System.Collections;
using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// The regularisers of a training in their order, with names that tell them apart: where two have tensors or measures
/// of the same names, as two of one kind do, those of the later one are numbered. One alone keeps its names. Disposing
/// it disposes them, and the networks that were opened for them.
/// </summary>
public sealed class RegularizerSet : IReadOnlyList<Regularizer>, IDisposable
{
    private readonly IReadOnlyList<Regularizer> _all;
    private readonly IReadOnlyList<IDisposable> _opened;
    private readonly Dictionary<string, torch.Tensor> _parameters = [];
    private readonly Dictionary<string, torch.Tensor> _state = [];

    /// <summary>A set of regularisers, which it takes over.</summary>
    /// <param name="all">In their order.</param>
    public RegularizerSet(params IReadOnlyList<Regularizer> all)
        : this(all, []) { }

    /// <summary>The same with what was opened for them, which it takes over, too.</summary>
    internal RegularizerSet(IReadOnlyList<Regularizer> all, IReadOnlyList<IDisposable> opened)
    {
        (_all, _opened) = (all, opened);
        foreach (var one in all)
        {
            string[] own = [.. one.Parameters.Keys, .. one.State.Keys];
            var qualify = Qualifier(
                own,
                n => _parameters.ContainsKey(n) || _state.ContainsKey(n),
                (n, i) => $"{i}.{n}"
            );
            foreach (var (name, tensor) in one.Parameters)
                _parameters.Add(qualify(name), tensor);
            foreach (var (name, tensor) in one.State)
                _state.Add(qualify(name), tensor);
        }
    }

    /// <summary>These regularisers as a set, whose owner stays who it is: dispose them, or the set.</summary>
    public static RegularizerSet Of(IReadOnlyList<Regularizer> all) => all as RegularizerSet ?? new(all);

    /// <summary>The tensors that are trained like the model's, by their names in a checkpoint.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Parameters => _parameters;

    /// <summary>The tensors that only regularisers change, by their names in a checkpoint.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> State => _state;

    /// <summary>What is measured at an epoch's end, by name.</summary>
    public IReadOnlyDictionary<string, double> Measures(Model model)
    {
        var measures = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var own in _all.Select(r => r.Measures(model).ToArray()))
        {
            var qualify = Qualifier([.. own.Select(m => m.Name)], measures.ContainsKey, (n, i) => $"{n} ({i})");
            foreach (var (name, value) in own)
                measures.Add(qualify(name), value);
        }
        return measures;
    }

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <inheritdoc/>
    public Regularizer this[int index] => _all[index];

    /// <inheritdoc/>
    public IEnumerator<Regularizer> GetEnumerator() => _all.GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _all.Concat(_opened))
            one.Dispose();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The names as they are, if they are free; else with the first number from 2 on with which all of them are.
    private static Func<string, string> Qualifier(
        string[] names,
        Func<string, bool> isTaken,
        Func<string, int, string> numbered
    )
    {
        if (!names.Any(isTaken))
            return name => name;
        var number = 2;
        while (names.Any(n => isTaken(numbered(n, number))))
            number++;
        return name => numbered(name, number);
    }
}
