using SlimSharp;
using SlimSharp.Benchmarks;

LibTorch.KeepFreedMemory();
return Bench.Run(args);
