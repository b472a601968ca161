namespace SlimSharp.Models;

public sealed partial class Model
{
    /// <summary>
    /// The part of this model that computes the nodes <paramref name="to"/> from the values of the nodes <paramref
    /// name="from"/>, as a model of its own: of <see cref="Networks.Network.Between"/>, with this model's very
    /// parameters and buffers, so that training either trains both. The caller disposes it, which leaves the shared
    /// tensors alone.
    /// </summary>
    /// <exception cref="Networks.NetworkException">A node is unknown, or there is a way into it that does not pass
    /// <paramref name="from"/>.</exception>
    public Model Between(IReadOnlyCollection<string> from, IReadOnlyCollection<string> to)
    {
        var part = Network.Between(from, to);
        var shared = new Weights();
        HashSet<string> frozen = [];
        foreach (var (name, node, _) in part.Parameters())
        {
            var own = _tensors[$"{Network[node.Name].Owner}{name[node.Name.Length..]}"];
            if (!own.requires_grad)
                frozen.Add(name);
            shared[name] = own.alias();
        }
        var model = new Model(part, shared) { Options = Options };
        foreach (var name in frozen)
            model[name].requires_grad_(false);
        model.train(training);
        return model;
    }
}
