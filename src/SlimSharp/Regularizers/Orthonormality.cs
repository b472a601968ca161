using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// OrthoReg (Lubana et al., arXiv 2009.05014): pulls the filters of every layer but the last towards orthonormal ones,
/// so that what a group of filters is worth is the sum of what each is worth. Adds λ·Σω·R to the loss, R = Σ|G| over
/// all entries of G = WWᵀ − I, or WᵀW − I where there are more filters than numbers in one, W being the filters as
/// rows, a bias their last column. Layers weigh ω = √size/Σ√size, their size being the number of depthwise filters,
/// else the smaller side of the weights. Gradients are those of the formula, 2·sign(G)·W, added after the backward
/// pass; weight decay leaves alone what is pulled.
/// </summary>
public sealed class Orthonormality : Regularizer
{
    private readonly Layer[] _layers;
    private readonly string[] _undecayed;
    private readonly bool _isPublished;

    /// <param name="network">The network.</param>
    /// <param name="lambda">λ ≥ 0; published are 1e-2, and 1e-3 for MobileNet.</param>
    /// <param name="published">
    /// As the released code has it: WᵀW in the first layer and in pointwise and depthwise ones, else WWᵀ, whatever
    /// their sizes; the first layer of the size of its filters' number; a pointwise convolution beside another one
    /// weighs as much as that; no weight decay at all.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or no number.</exception>
    /// <exception cref="TrainingException">There is no layer to pull.</exception>
    public Orthonormality(Network network, double lambda, bool published = false)
    {
        Lambda =
            lambda >= 0 && double.IsFinite(lambda)
                ? lambda
                : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ must be 0 or more.");
        _isPublished = published;
        _layers = [.. Layers(network, published)];
        if (_layers.Length == 0)
            throw new TrainingException(
                $"{network.Name} has no layer with weights but those that make its outputs, so that there are no filters to make orthonormal; leave 'ortho' out."
            );
        _undecayed = published
            ? [.. network.Parameters().Where(p => p.Parameter.IsTrained).Select(p => p.Name)]
            :
            [
                .. _layers.SelectMany(l =>
                    l.Filters.HasBias ? new[] { l.Filters.WeightName, l.Filters.BiasName } : [l.Filters.WeightName]
                ),
            ];
    }

    /// <summary>The strength λ.</summary>
    public double Lambda { get; }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"orthonormality, λ = {Lambda}");

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Undecayed => _undecayed;

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var lambda = take.Number("lambda", "positive", l => l > 0);
        var published = take.Choice("as", "intended", "published") == "published";
        return setting => new Orthonormality(setting.Model.Network, lambda, published);
    }

    /// <summary>How orthogonal the filters of every layer but the last are, in their order.</summary>
    /// <param name="model">The model.</param>
    public static IReadOnlyList<Orthogonality> Of(Model model) => Of(model, Layers(model.Network, published: false));

    /// <summary>The same, with the sides and weights of layers that this one takes.</summary>
    /// <param name="model">A model of its network.</param>
    public IReadOnlyList<Orthogonality> In(Model model) => Of(model, _layers);

    /// <summary>λ·Σω·R.</summary>
    /// <param name="model">A model of its network.</param>
    public double Value(Model model) => Lambda * In(model).Sum(l => l.Weight * l.Penalty);

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step)
    {
        using var still = torch.no_grad();
        foreach (var layer in _layers)
        {
            using var scope = torch.NewDisposeScope();
            var factor = 2 * Lambda * layer.Weight;
            var gram = layer.Gram(model);
            gram.diagonal().sub_(Scalars.One);
            if (layer.ByColumns)
                layer.Filters.AddSignsFromRight(model, gram, factor);
            else
                layer.Filters.AddSignsFromLeft(model, gram, factor);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model)
    {
        var layers = In(model);
        yield return ("orthonormality penalty", Lambda * layers.Sum(l => l.Weight * l.Penalty));
        var scores = _isPublished ? Of(model) : layers; // what others measure of a file under this name
        yield return ("orthogonality", scores.Average(l => l.Score));
        foreach (var layer in scores)
            yield return ($"orthogonality {layer.Layer}", layer.Score);
    }

    private static Orthogonality[] Of(Model model, IEnumerable<Layer> layers)
    {
        using var still = torch.no_grad();
        return [.. layers.Select(l => l.Measure(model))];
    }

    private static IEnumerable<Layer> Layers(Network network, bool published)
    {
        var all = FilterMatrix.Of(network);
        var sum = all.Sum(f => Math.Sqrt(Size(f)));
        double Weight(FilterMatrix f) => Math.Sqrt(Size(f)) / sum;
        return all.Select(f => new Layer(f, IsByColumns(f), Weight(published ? Stand(f) : f)));

        double Size(FilterMatrix f) =>
            f.IsDepthwise || (published && f == all[0]) ? f.Rows : Math.Min(f.Rows, f.Weights);
        bool IsByColumns(FilterMatrix f) =>
            published ? f == all[0] || f.IsPointwise || f.IsDepthwise : f.Rows > f.Columns;
        // The released code looks a shortcut's weight up under the name of the block's first convolution.
        FilterMatrix Stand(FilterMatrix f) =>
            f.IsPointwise ? all.FirstOrDefault(o => !o.IsPointwise && o.Node.Inputs[0] == f.Node.Inputs[0]) ?? f : f;
    }

    private sealed record Layer(FilterMatrix Filters, bool ByColumns, double Weight)
    {
        private const int Block = 64; // rows

        /// <summary>WWᵀ, or WᵀW. It is symmetric: what lies below the diagonal blocks is not computed again.</summary>
        internal torch.Tensor Gram(Model model)
        {
            if (ByColumns)
                return Gram(Filters.Of(model).t());
            var gram = Gram(Filters.WeightsOf(model));
            if (!Filters.HasBias)
                return gram;
            var bias = model[Filters.BiasName].detach();
            return gram.addr_(bias, bias, 1, 1);
        }

        private static torch.Tensor Gram(torch.Tensor rows)
        {
            var count = rows.shape[0];
            if (count <= Block)
                return rows.matmul(rows.t());
            var gram = torch.zeros(count, count, rows.dtype, rows.device);
            for (long from = 0, of = Block; from < count; from += of)
            {
                of = Math.Min(Block, count - from);
                var upper = rows.narrow(0, from, of).matmul(rows.narrow(0, from, count - from).t());
                gram.narrow(0, from, of).narrow(1, from, count - from).copy_(upper);
            }
            return gram.triu().add(gram.triu(1).t(), Scalars.One);
        }

        internal Orthogonality Measure(Model model)
        {
            using var scope = torch.NewDisposeScope();
            var gram = Gram(model).to(torch.float64);
            var (diagonal, all) = (Numbers.Single(gram.diagonal().abs().sum()), Numbers.Single(gram.abs().sum()));
            gram.diagonal().sub_(Scalars.One);
            return new(
                Filters.Node.Name,
                (int)Filters.Rows,
                (int)Filters.Columns,
                Weight,
                Numbers.Single(gram.abs().sum()),
                all > 0 ? diagonal / all : 1
            );
        }
    }
}
