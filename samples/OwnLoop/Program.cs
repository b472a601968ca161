// Your own training loop, with a penalty on the BatchNorm scales; then cut, save, export, and run without TorchSharp.
// dotnet run -- data/fashion-mnist 4
using Microsoft.ML.OnnxRuntime;
using SlimSharp;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Onnx;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using static TorchSharp.torch;

LibTorch.EnsureLoaded();
var data = DataSource.Read(new() { Path = args[0], Pad = 32 });
var (train, test, normalization) = (data.Train!, data.Test!, data.NormalizationForTraining());

using var model = new Model(Vgg.Create(11, train.Classes.Length, width: 0.125, train.Shape));
var optimizer = optim.SGD(model.parameters(), 0.05, momentum: 0.9, weight_decay: 1e-4);
using var penalty = new ScalePenalty(new TransformedL1(a: 1), lambda: 5e-3);
var batches = new ImageBatches(train, 64, normalization, Augmentation.None, seed: 1);

for (var epoch = 0; epoch < int.Parse(args[1]); epoch++)
{
    model.train();
    foreach (var batch in batches.Epoch(epoch))
    {
        using var scope = NewDisposeScope();
        var loss = nn.functional.cross_entropy(model.call(batch.Images), batch.Labels);
        optimizer.zero_grad();
        loss.backward();
        penalty.AddGradients(model); // λ·J'(γ) on every scale
        optimizer.step();
        batch.Dispose();
    }
    Report($"epoch {epoch + 1}", model);
}

var plan = Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.5) }); // nothing is cut yet
using var cut = Surgeon.Apply(model, plan); // throws if the cut network is not the masked one
Report("cut to half of its multiply-adds", cut.Model);
Recalibration.Run(cut.Model, train, normalization); // BatchNorm statistics of what is left
Report("recalibrated", cut.Model);
using var file = cut.ToFile() with { Normalization = normalization, Classes = train.Classes };
file.Save("small.slim"); // with plan and certificate; SlimFile.Load("small.slim").ToModel() brings it back, anywhere
OnnxExport.Of(file, new() { Pixels = OnnxPixels.Bytes }).Save("small.onnx");

using var session = new InferenceSession("small.onnx"); // what a device does: bytes in, one score per class out
using var input = OrtValue.CreateTensorValueFromMemory(test.Image(0).ToArray(), [1, .. train.Shape.Sizes(1).Skip(1)]);
using var results = session.Run(new RunOptions(), session.InputNames, [input], session.OutputNames);
var scores = results[0].GetTensorDataAsSpan<float>();
var best = scores.IndexOf(scores.ToArray().Max());
Console.WriteLine($"first test image: {test.Classes[best]}; it is {test.Classes[test.Labels[0]]}");

void Report(string what, Model trained) =>
    Console.WriteLine($"{what}: {Evaluation.Of(trained, test, normalization).Accuracy:P1}");
