namespace SlimSharp.Benchmarks;

/// <summary>The command ./bench.</summary>
internal static class Bench
{
    private const string Usage = """
        ./bench training [NETWORK …]   a training step: SlimSharp in float32 and bfloat16 against plain TorchSharp
        ./bench regularizer [TEXT] [NETWORK …]   what a regulariser adds to a training step at full width
        ./bench data                   preparing batches, against TorchSharp's loader
        ./bench cut                    groups, plan, surgery and certificate of networks of depth 20 … 1001
        ./bench profile                where the time of SlimSharp's own steps goes, by kind of operation
        ./bench precision              does bfloat16 train as well as float32? paired seeds on the sample set
        ./bench logistic [SET …]       sparse logistic regression against scikit-learn's liblinear and saga, one thread each
        ./bench selection [SET …]      features and errors of l1 and of the weakly convex penalty, over splits of real sets
          --seeds N, --part K --parts N   how many seeds [default: 12]; the K-th of N shares of the runs
          --threads N                  threads of every side [default: all cores]
          --rounds N                   how often each side is timed [default: 12]
        """;

    internal static int Run(string[] args)
    {
        var words = args.Where(
                (a, i) =>
                    !a.StartsWith("--", StringComparison.Ordinal)
                    && (i == 0 || !args[i - 1].StartsWith("--", StringComparison.Ordinal))
            )
            .ToArray();
        int Option(string name, int value) =>
            Array.IndexOf(args, name) is >= 0 and var at
            && at + 1 < args.Length
            && int.TryParse(args[at + 1], out var given)
                ? given
                : value;
        Threads.Count = Option("--threads", Environment.ProcessorCount);
        var rounds = Option("--rounds", 12);
        var results = new Results(Path.Combine("benchmarks", "results"));
        switch (words.FirstOrDefault())
        {
            case "training":
                TrainingBenchmark.Run(results, words[1..], rounds);
                return 0;
            case "side":
                Side.Serve(words[1], words[2]);
                return 0;
            case "regularizer":
                return RegularizerBenchmark.Run(words[1..], rounds);
            case "data":
                DataBenchmark.Run(results, rounds);
                return 0;
            case "profile":
                ProfileBenchmark.Run(results, rounds);
                return 0;
            case "precision":
                PrecisionBenchmark.Run(results, Option("--seeds", 12), Option("--part", 0), Option("--parts", 1));
                return 0;
            case "logistic":
                return LogisticBenchmark.Run(results, words[1..], rounds);
            case "selection":
                return SelectionStudy.Run(words[1..]);
            case "cut":
                CutBenchmark.Run(results, rounds);
                return 0;
            default:
                Console.WriteLine(Usage);
                return 2;
        }
    }
}
