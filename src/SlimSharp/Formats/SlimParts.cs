using SlimSharp.Networks;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>How the parts of a <c>.slim</c> file must fit together, each of which is sound in itself.</summary>
internal static class SlimParts
{
    /// <exception cref="FileFormatException">They do not; the message names file and parts.</exception>
    internal static void Check(string path, SlimDescription file)
    {
        var network = file.Network;
        var input =
            network.Inputs.FirstOrDefault() ?? throw new FileFormatException($"{path}: its network has no input.");
        var channels = network.Shapes[input.Name].Channels;
        if (file.Normalization is { } normalization && normalization.Mean.Length != channels)
            throw new FileFormatException(
                $"{path}: its normalization is for {normalization.Mean.Length} channels, but its network takes {channels}."
            );
        if (file.Classes.Count == 0 || Classification.NoClasses(network) is not null)
            return;
        var outputs = network.Shapes[network.Outputs[0]].Channels;
        if (file.Classes.Count != outputs)
            throw new FileFormatException(
                $"{path}: it names {file.Classes.Count} classes, but its network has {outputs} outputs."
            );
        if (file.Classes.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw new FileFormatException($"{path}: two of its classes are called '{twice}'.");
    }

    /// <summary>That the network's tensors are those that it needs.</summary>
    /// <exception cref="FileFormatException">They are not; the message names file and tensor.</exception>
    internal static void CheckTensors(string path, SlimFile file)
    {
        foreach (var (name, _, parameter) in file.Network.Parameters())
        {
            if (!file.Weights.Contains(name))
                throw new FileFormatException($"{path}: the tensor '{name}' of its network is missing.");
            var tensor = file.Weights[name];
            if (!tensor.shape.AsSpan().SequenceEqual(parameter.Sizes.AsSpan()))
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' is not of the shape that its network needs."
                );
            if (!torch.is_floating_point(tensor))
                throw new FileFormatException(
                    $"{path}: the tensor '{name}' is of the type {tensor.dtype}, but weights and statistics are "
                        + "floating-point numbers."
                );
        }
    }

    /// <summary>
    /// That a file of its length may describe networks of that size: of the one that was cut, it holds nothing but the
    /// description.
    /// </summary>
    /// <exception cref="FileFormatException">It may not, or its plan cannot be read.</exception>
    internal static void TakeRoom(string path, SlimDescription file)
    {
        var budget = ReadBudget.Of(path, sentence => new FileFormatException(sentence));
        new NetworkRoom(budget).Take(file.Network);
        if (file.Plan is null)
            return;
        new NetworkRoom(budget).Take(file.Plan.Source);
        try
        {
            file.Plan.CheckBranches();
        }
        catch (SlimSharpException e)
        {
            throw new FileFormatException($"{path}: its plan cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
