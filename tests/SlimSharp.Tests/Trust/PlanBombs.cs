using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// Bombs that are networks: of a plan's source no weight is in the file, and an image takes no room in it either.
/// </summary>
internal static class PlanBombs
{
    internal static string LargeImage(string folder) =>
        WeightBombs.Slim(folder, new Shape(1, 30_000, 30_000), new GlobalAveragePool());

    internal static string Channels(string folder) =>
        Cut(folder, source => Two(source, new Shape(1), new SlimSharp.Networks.Linear(1_000_000_000)));

    internal static string WidePadding(string folder) => Padded(folder, 1_000_000);

    internal static string Padding(string folder) => Padded(folder, 70_000);

    internal static string Weights(string folder) =>
        Cut(folder, source => Two(source, new Shape(32_000), new SlimSharp.Networks.Linear(32_000)));

    internal static string Kernel(string folder) =>
        Cut(folder, source => Two(source, new Shape(1, 1500, 1500), new Convolution(1, 101) { Padding = 50 }));

    // The first convolution of a network that is sound otherwise.
    private static string Padded(string folder, int above) =>
        Cut(
            folder,
            source =>
            {
                var first = source.Nodes.First(n => n.Layer is Convolution);
                var layer = (Convolution)first.Layer with { Padding = new(above, 1, 1, 1) };
                return new(source.Name, source.Nodes.Replace(first, first with { Layer = layer }), source.Outputs);
            },
            channels: 32
        );

    private static Network Two(Network source, Shape shape, Layer layer) =>
        new(source.Name, [new("x", new Input(shape), []), new("y", layer, ["x"])], ["y"]);

    // A cut file, sealed as any, whose plan speaks of another network.
    private static string Cut(string folder, Func<Network, Network> forge, int channels = 4)
    {
        var path = Path.Combine(folder, "x.slim");
        Small.File(path, channels: channels);
        using var whole = SlimFile.Load(path);
        using var model = whole.ToModel();
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.3) }));
        using var file = cut.ToFile(whole);
        (file with { Plan = file.Plan! with { Source = forge(file.Plan.Source) } }).Save(path);
        return path;
    }
}
