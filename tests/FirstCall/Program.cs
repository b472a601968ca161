// A program whose first act is a torch call, before any type of SlimSharp is touched.
using var sum = TorchSharp.torch.arange(5).sum();
System.Console.WriteLine(sum.item<long>());
