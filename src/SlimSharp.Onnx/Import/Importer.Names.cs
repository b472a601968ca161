using System.Text.RegularExpressions;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>What nodes and their numbers are called.</summary>
internal sealed partial class Importer
{
    // Names of others hold slashes and colons, those of tensors here do not.
    private string Free(string output)
    {
        var plain = Unusual().Replace(output, ".").Trim('.');
        plain = plain.Length == 0 ? "node" : plain;
        var name = plain;
        while (_shapes.ContainsKey(name))
        {
            _alike[plain] = _alike.GetValueOrDefault(plain, 1) + 1;
            name = $"{plain}.{_alike[plain]}";
        }
        return name;
    }

    private void Give(string node, string parameter, OnnxTensor constant, params long[] sizes) =>
        Give(node, parameter, constant.Numbers(), sizes);

    private void Give(string node, string parameter, double[] numbers, params long[] sizes)
    {
        budget.Take(numbers.Length, sizeof(double), "its weights"); // as often as layers use one constant
        if (sizes.Aggregate(1L, (a, b) => checked(a * b)) != numbers.Length)
            throw new OnnxException(
                $"the {parameter} of '{node}' has {numbers.Length} elements in place of {string.Join('×', sizes)}."
            );
        using var flat = torch.tensor(numbers, torch.float32);
        weights[$"{node}.{parameter}"] = flat.reshape(sizes);
    }

    // Without what no output reads, and outputs under the names that the model gives them.
    private Network Tidy(string[] outputs)
    {
        var needed = new HashSet<string>(outputs);
        foreach (var node in Enumerable.Reverse(_nodes))
        {
            if (needed.Contains(node.Name))
                needed.UnionWith(node.Inputs.Append(node.Owner));
        }
        foreach (var name in weights.Names.Where(n => !needed.Contains(n[..n.LastIndexOf('.')])).ToArray())
            weights.Remove(name);
        var names = outputs
            .Select((o, i) => (From: o, To: model.Outputs[i].Name))
            .Where(p =>
                p.From != p.To
                && !_shapes.ContainsKey(p.To)
                && !Unusual().IsMatch(p.To)
                && p.From.StartsWith(p.To, StringComparison.Ordinal)
            )
            .DistinctBy(p => p.From)
            .ToDictionary(p => p.From, p => p.To);
        var owned = weights.Names.ToLookup(n => n[..n.LastIndexOf('.')]);
        string Named(string name) => names.GetValueOrDefault(name, name);
        foreach (var (from, to) in names)
        {
            foreach (var name in owned[from])
                weights.Rename(name, to + name[from.Length..]);
        }
        return new(
            model.Name.Length > 0 ? model.Name : "imported",
            [
                .. _nodes
                    .Where(n => needed.Contains(n.Name) || n.Layer is Input)
                    .Select(n => new Node(
                        Named(n.Name),
                        n.Layer,
                        [.. n.Inputs.Select(Named)],
                        n.Shares is { } owner ? Named(owner) : null
                    )),
            ],
            [.. outputs.Select(Named)]
        );
    }

    [GeneratedRegex(@"[^\p{L}\p{N}._-]+")]
    private static partial Regex Unusual();
}
