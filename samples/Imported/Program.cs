// A network that somebody else trained and exported: read, trained with a penalty, cut, trained on, and shipped in
// 8-bit integers.
// dotnet run -- theirs.onnx data/fashion-mnist 4
using SlimSharp;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;

LibTorch.EnsureLoaded();
var theirs = OnnxModel.Load(args[0]);
using var imported = OnnxImport.Of(theirs, args[0]);
var shape = imported.Network.Shapes[imported.Network.Inputs.Single().Name];
var data = DataSource.Read(
    new()
    {
        Path = args[1],
        Pad = shape.Height,
        Channels = shape.Channels,
    }
);
var (train, test) = (data.Train!, data.Test!);
var normalization =
    OnnxImport.NormalizationOf(theirs)
    ?? throw new DataException("The file does not say how images are normalised; put what it was trained with here.");
var options = new TrainingOptions
{
    Epochs = int.Parse(args[2]),
    LearningRate = new CosineDecay { Initial = 0.02 },
    Augmentation = Augmentation.None,
};

// Folded away by the exporter: without scales there is nothing to penalise.
using var restored = imported.Network.BatchNorms.Any()
    ? null
    : ScaleRestoration.Run(imported.Network, imported.Weights, train, normalization);
using var model = (restored ?? imported).ToModel();
Report("theirs", model);

using var penalty = new ScalePenalty(new TransformedL1(a: 1), lambda: 3e-3);
new Trainer(options, penalty).Train(model, train, data.Validation, normalization);
Report("with a penalty", model);

using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.5) }));
Recalibration.Run(cut.Model, train, normalization); // BatchNorm statistics of the cut network
Report("cut", cut.Model);
new Trainer(options).Train(cut.Model, train, data.Validation, normalization);
Report("cut and retrained", cut.Model);

using var small = cut.Model.CopyWeights();
var calibration = train.Subset(train.Spread(256));
var rounded = OnnxExport.Of(Quantizer.Run(cut.Model.Network, small, calibration, normalization), normalization);
rounded.Save("small.int8.onnx");
using var session = new OnnxSession(rounded.ToBytes(), threads: 2);
var size = new FileInfo("small.int8.onnx").Length;
Console.WriteLine(
    $"8-bit integers: {session.Accuracy(test, normalization):P1}, {size:N0} bytes in place of {new FileInfo(args[0]).Length:N0}"
);

void Report(string what, Model trained) =>
    Console.WriteLine(
        $"{what}: {Evaluation.Of(trained, test, normalization).Accuracy:P1}, {NetworkCost.Of(trained.Network).Macs:N0} multiply-adds"
    );
