using TorchSharp;

namespace SlimSharp.Models;

/// <summary>What a layer of an added kind computes with.</summary>
public sealed class LayerRun
{
    private readonly Func<string, torch.Tensor> _parameter;
    private readonly HashSet<torch.Tensor> _given;

    internal LayerRun(torch.Tensor[] inputs, Func<string, torch.Tensor> parameter, bool isTraining)
    {
        (Inputs, _parameter, IsTraining) = (inputs, parameter, isTraining);
        _given = new(inputs, ReferenceEqualityComparer.Instance);
    }

    /// <summary>What it reads, in order: N×C, N×T×C or N×C×H×W, in any layout.</summary>
    public IReadOnlyList<torch.Tensor> Inputs { get; }

    /// <summary>The first of what it reads.</summary>
    public torch.Tensor Input => Inputs[0];

    /// <summary>Whether this is a pass of training; otherwise of evaluation.</summary>
    public bool IsTraining { get; }

    /// <summary>A parameter or buffer of the layer, in the data type of what it reads.</summary>
    public torch.Tensor this[string parameter]
    {
        get
        {
            var own = _parameter(parameter);
            _given.Add(own);
            return own.dtype == Input.dtype ? own : own.to(Input.dtype);
        }
    }

    /// <summary>True for what it was given itself.</summary>
    internal bool Gave(torch.Tensor tensor) => _given.Contains(tensor);
}
