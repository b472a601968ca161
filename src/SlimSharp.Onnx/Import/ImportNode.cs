using System.Diagnostics.CodeAnalysis;

namespace SlimSharp.Onnx;

/// <summary>
/// An operator that is being read: its attributes with their defaults. It notes down what was asked for, so that an
/// attribute or input about which nobody asked is refused
/// and not passed over.
/// </summary>
internal sealed class ImportNode(OnnxNode node)
{
    private readonly HashSet<string> _attributes = [];
    private readonly HashSet<int> _inputs = [];

    internal string Operator => node.Operator;

    internal string Output => node.Outputs[0];

    internal int Inputs => node.Inputs.Length;

    /// <summary>Whether it makes more than its first output.</summary>
    internal bool MakesMore => node.Outputs.Skip(1).Any(o => o.Length > 0);

    internal bool Has(string name) => node.Attributes.Any(a => a.Name == name);

    internal long Integer(string name, long fallback) => Attribute(name, out long value) ? value : fallback;

    internal double Number(string name, double fallback) => Attribute(name, out float value) ? value : fallback;

    internal string Word(string name, string fallback) => Attribute(name, out string? value) ? value : fallback;

    internal OnnxTensor? Tensor(string name) => Attribute(name, out OnnxTensor? value) ? value : null;

    /// <summary>As many as <paramref name="fallback"/> has, if it has any.</summary>
    internal int[] Integers(string name, params int[] fallback)
    {
        if (!Attribute(name, out long[]? values))
            return fallback;
        return fallback.Length == 0 || values.Length == fallback.Length
            ? [.. values.Select(v => checked((int)v))]
            : throw Refuse($"has {values.Length} numbers as its {name}, not {fallback.Length}");
    }

    /// <summary>An input's name; null if it was left out.</summary>
    internal string? Input(int index)
    {
        _inputs.Add(index);
        return index < node.Inputs.Length && node.Inputs[index] is { Length: > 0 } name ? name : null;
    }

    /// <summary>An input's name, without asking for it; empty if it was left out.</summary>
    internal string Name(int index) => node.Inputs[index];

    /// <summary>Attributes that change nothing in what is read.</summary>
    internal void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _attributes.Add(name);
    }

    /// <summary>Refuses another value of an attribute than the one that is known.</summary>
    internal void Only(string name, long value)
    {
        if (Integer(name, value) is var other && other != value)
            throw Refuse($"has {other} as its {name}; only {value} is read");
    }

    /// <summary>Refuses what nobody has asked for.</summary>
    internal void CheckAllRead()
    {
        if (node.Attributes.FirstOrDefault(a => !_attributes.Contains(a.Name)).Name is { } name)
            throw Refuse($"has the attribute '{name}', which is not read");
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i].Length > 0 && !_inputs.Contains(i))
                throw Refuse($"has an input {i + 1}, '{node.Inputs[i]}', which is not read");
        }
    }

    internal OnnxException Refuse(string why) =>
        new($"the operator {node.Operator} of node '{(node.Name.Length > 0 ? node.Name : Output)}' {why}.");

    private bool Attribute<T>(string name, [NotNullWhen(true)] out T? value)
    {
        _attributes.Add(name);
        value = default;
        if (!Has(name))
            return false;
        if (node.Attributes.First(a => a.Name == name).Value is not T given)
            throw Refuse($"has the attribute '{name}' in another form than it should");
        value = given;
        return true;
    }
}
