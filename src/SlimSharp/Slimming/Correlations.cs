using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// How channels vary together over some images and their positions, where layers with weights read them; behind a
/// flattening, in front of it. Needs no labels. Products are summed in float64 batch by batch, about the means of the
/// first batch, so that no image stays in memory and nothing cancels.
/// </summary>
public sealed class Correlations : Evidence
{
    private const int MostChannels = 16384; // whose products take 2 GB

    private readonly Dictionary<string, double[,]> _covariances;

    /// <summary>Evidence of covariances that were measured elsewhere.</summary>
    /// <param name="images">On how many images.</param>
    /// <param name="covariances">By node: channels × channels.</param>
    public Correlations(int images, IReadOnlyDictionary<string, double[,]> covariances) =>
        (Images, _covariances) = (images, covariances.ToDictionary());

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>The nodes whose channels were looked at.</summary>
    public IReadOnlyCollection<string> Nodes => _covariances.Keys;

    /// <summary>The covariance of each two channels of a node: channels × channels.</summary>
    /// <exception cref="KeyNotFoundException">The node was not looked at.</exception>
    public double[,] Covariance(string node) => _covariances[node];

    /// <summary>The correlation of two channels of a node, in [−1, 1]; 0 where one of them is constant.</summary>
    /// <exception cref="KeyNotFoundException">The node was not looked at.</exception>
    public double Between(string node, int one, int other)
    {
        var all = _covariances[node];
        var scale = Math.Sqrt(all[one, one] * all[other, other]);
        return scale > 0 ? Math.Clamp(all[one, other] / scale, -1, 1) : 0;
    }

    /// <summary>Measures on images spread over a set, not augmented, in evaluation.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="set">The images; labels are not looked at.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="images">How many images at most.</param>
    /// <exception cref="DataException">The images are not those that the network takes.</exception>
    /// <exception cref="PlanException">A layer has too many channels for all their products.</exception>
    public static Correlations Of(Model model, ImageSet set, Normalization normalization, int images = 512)
    {
        set.CheckFits(model.Network);
        var nodes = Read(model.Network);
        var sums = nodes.ToDictionary(n => n, _ => new Sums());
        try
        {
            var count = ActivationPass.Run(model, set, normalization, images, nodes, (n, value) => sums[n].Add(value));
            return new(count, sums.ToDictionary(s => s.Key, s => s.Value.Covariance()));
        }
        finally
        {
            foreach (var one in sums.Values)
                one.Dispose();
        }
    }

    private static string[] Read(Network network)
    {
        string[] nodes =
        [
            .. network
                .Nodes.Where(network.HasWeights)
                .SelectMany(n => n.Inputs)
                .Select(n => InFrontOfFlattening(network, n))
                .Where(n => !network[n].IsInput)
                .Distinct(),
        ];
        return nodes.FirstOrDefault(n => network.Shapes[n].Channels > MostChannels) is { } wide
            ? throw new PlanException(
                $"'{wide}' of {network.Name} has {network.Shapes[wide].Channels:N0} channels, too many for the products of each two (at most {MostChannels:N0}); judge by another PlanOptions.Criterion."
            )
            : nodes;
    }

    // What makes channels of positions is looked at where they are positions still.
    private static string InFrontOfFlattening(Network network, string name)
    {
        while (
            network[name] is { Inputs: [var input] } node
            && network.FlowOf(node) is ChannelFlow.Map
            && network.Shapes[input].Channels < network.Shapes[name].Channels
        )
            name = input;
        return name;
    }

    /// <summary>Sums and sums of products over what was seen, in float64, about the means of the first batch.</summary>
    private sealed class Sums : IDisposable
    {
        private torch.Tensor? _centre; // channels
        private torch.Tensor? _values; // channels
        private torch.Tensor? _products; // channels × channels
        private long _count;

        internal void Add(torch.Tensor value)
        {
            // N×C, N×T×C or N×C×H×W, as rows of channels
            var rows = (value.dim() == 4 ? value.permute(0, 2, 3, 1) : value)
                .to(torch.float64)
                .reshape(-1, value.shape[value.dim() == 4 ? 1 : ^1]);
            if (_centre is null || _values is null || _products is null)
            {
                _centre = rows.mean([0]).DetachFromDisposeScope();
                _values = torch.zeros_like(_centre).DetachFromDisposeScope();
                _products = torch
                    .zeros(rows.shape[1], rows.shape[1], torch.float64, rows.device)
                    .DetachFromDisposeScope();
            }
            var centred = rows.sub(_centre);
            _values.add_(centred.sum([0]), Scalars.One);
            _products.add_(centred.t().matmul(centred), Scalars.One);
            _count += rows.shape[0];
        }

        internal double[,] Covariance()
        {
            var (values, products) = (Numbers.Read(_values!), Numbers.Read(_products!));
            var covariance = new double[values.Length, values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                for (var j = 0; j < values.Length; j++)
                    covariance[i, j] =
                        products[i * values.Length + j] / _count - values[i] / _count * (values[j] / _count);
            }
            return covariance;
        }

        public void Dispose()
        {
            _centre?.Dispose();
            _values?.Dispose();
            _products?.Dispose();
        }
    }
}
