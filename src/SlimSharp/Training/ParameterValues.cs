using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// The parameters of one forward pass: the model's own, or what stands in for them. A regulariser that reads a
/// parameter here sees what those before it have put in its place, so that several act on one another's values.
/// </summary>
/// <param name="model">The model.</param>
public sealed class ParameterValues(Model model)
{
    private readonly Dictionary<string, torch.Tensor> _substitutes = [];

    /// <summary>
    /// A parameter or buffer of the model by its full name, such as conv1.weight; setting one puts a tensor of the same
    /// sizes in its place.
    /// </summary>
    /// <exception cref="KeyNotFoundException">The model has none of that name.</exception>
    public torch.Tensor this[string name]
    {
        get => _substitutes.GetValueOrDefault(name) ?? model[name];
        set => _substitutes[name] = value;
    }

    /// <summary>What stands in for parameters, by their names.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Substitutes => _substitutes;
}
