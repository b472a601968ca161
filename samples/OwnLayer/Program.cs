// A layer kind of your own: trained, cut with the channels around it, stored, read and exported. It needs no data.
using SlimSharp;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using static TorchSharp.torch;

LibTorch.EnsureLoaded();
CustomLayers.Add<Swish>("swish", (_, run) => run.Input * sigmoid(run.Input * run["slope"])); // how it runs
CustomNodes.Add<Swish>((_, node) => node.Add("Mul", [node.Input, node.Add("Sigmoid", [Sloped(node)])])); // in ONNX
static string Sloped(NodeWriter node) => node.Add("Mul", [node.Input, node.Parameter("slope")]);

var b = new NetworkBuilder("spirals", new Shape(2));
var x = b.Input;
foreach (var i in new[] { 1, 2 })
    x = b.Node($"swish{i}", new Swish(InitialSlope: 1), b.BatchNorm($"bn{i}", b.Linear($"hidden{i}", x, 48)));
using var model = new Model(b.Build(b.Linear("classifier", x, 2)), seed: 1);

using var turn = linspace(0.5, 9, 200); // the points of two spirals
using var arm = stack([turn * turn.cos(), turn * turn.sin()], 1) / 9;
using var points = cat([arm, -arm]);
using var labels = arange(400).ge(200).to(int64);
var optimizer = optim.Adam(model.parameters(), 1e-2);
for (var step = 0; step < 400; step++)
{
    using var scope = NewDisposeScope();
    var loss = nn.functional.cross_entropy(model.call(points), labels);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
}
Report("trained", model);

using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.25) }), points);
using var file = cut.ToFile();
file.Save("spirals.slim"); // whoever reads it adds the kind first
using var read = SlimFile.Load("spirals.slim").ToModel();
Report($"cut to {read.Network.Shapes["swish1"]} and {read.Network.Shapes["swish2"]} channels", read);
OnnxExport.Of(file).Save("spirals.onnx");

void Report(string what, Model trained)
{
    trained.eval();
    using var right = trained.call(points).argmax(1).eq(labels).to(float32).mean();
    Console.WriteLine($"{what}: {right.item<float>():P1}");
}

/// <summary>x·σ(slope·x): channel by channel, so that the slopes are cut with the channels.</summary>
internal sealed record Swish(double InitialSlope) : CustomLayer
{
    public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [new("slope", ParameterRole.Gain, [inputs[0].Channels], new(InitialSlope))];

    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();
}
