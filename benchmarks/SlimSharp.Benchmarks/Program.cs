using SlimSharp.Benchmarks;

return Bench.Run(args);
