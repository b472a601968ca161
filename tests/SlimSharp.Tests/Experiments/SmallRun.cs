using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Tests.Cli;
using SlimSharp.Training;

namespace SlimSharp.Tests.Experiments;

/// <summary>A training of two epochs on a part of the sample, and a folder that nobody changes with it done.</summary>
internal static class SmallRun
{
    private static readonly Lazy<string> Trained = new(() =>
    {
        var folder = Path.Combine(Machine.Folder(), "trained");
        TrainingRun.Begin(folder, Options).Train().Dispose();
        return folder;
    });

    internal static RunOptions Options =>
        new RunOptions
        {
            Model = "vgg11",
            Width = 0.05,
            Data = new() { Path = Slim.Images, Pad = 32 },
            Training = new() { Epochs = 2 },
            Threads = 1,
        }.With("subgradient:penalty=l1,lambda=1e-3");

    internal static string Model => Path.Combine(Trained.Value, "model.slim");

    internal static string Hash(string file)
    {
        using var model = SlimFile.Load(file);
        return model.Weights.Hash();
    }

    /// <summary>Notes what it is told; at the end of an epoch it does what is asked of it.</summary>
    internal sealed class Notes(Action<int>? atEpoch = null) : Journal, IProgress<TrainingProgress>
    {
        internal List<string> Said { get; } = [];
        internal List<string> Warned { get; } = [];
        internal List<PlannedCut> Plans { get; } = [];
        internal List<PrunedModel> Models { get; } = [];

        public override void Say(string text = "") => Said.Add(text);

        public override void Warn(string text) => Warned.Add(text);

        public override IProgress<TrainingProgress> Training(IReadOnlyList<EpochMetrics> done) => this;

        public override void Planned(PlannedCut cut) => Plans.Add(cut);

        public override void Pruned(PrunedModel model) => Models.Add(model);

        public override string Named(string sentence) => sentence.Replace("PlanOptions.Keep", "the kept ones");

        public void Report(TrainingProgress value)
        {
            if (value.Finished is { } epoch)
                atEpoch?.Invoke(epoch.Epoch);
        }
    }
}
