using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Experiments;

/// <summary>What a run starts from: its images, how they are normalised, and the file that is trained on.</summary>
internal sealed class TrainingInputs : IDisposable
{
    private const int ProbeSize = 4;
    private readonly RunOptions _options;
    private readonly SlimFile? _start;
    private readonly TrainAndTest _data;

    private TrainingInputs(RunOptions options, SlimFile? start, TrainAndTest data)
    {
        (_options, _start, _data) = (options, start, data);
        Train = data.Train ?? throw new DataException($"In '{options.Data.Path}' there are no training images.");
        if (data.Validation is null && options.Training.KeepBest)
            throw new ExperimentException(
                "TrainingOptions.KeepBest needs validation images; give DataOptions.Validation a share above 0."
            );
        if (!Train.HasLabels && start is null)
            throw Unlabelled();
        Normalization =
            start?.Normalization
            ?? options.Normalization
            ?? (
                IsNew
                    ? data.NormalizationForTraining()
                    : throw new ExperimentException(ModelFile.NoNormalization(options.From!))
            );
    }

    /// <summary>The images to train on.</summary>
    internal ImageSet Train { get; }

    /// <summary>The images to judge by; null if none are held out.</summary>
    internal ImageSet? Validation => _data.Validation;

    /// <summary>That of the network; of a new one, or one with new weights, that which the images ask for.</summary>
    internal Normalization Normalization { get; }

    /// <summary>What the optimiser of an earlier training remembered; null for nothing.</summary>
    internal Weights? Memory => IsNew || _start!.Optimizer.Names.Count == 0 ? null : _start.Optimizer;

    private bool IsNew => _start is null || _options.FromScratch is true;

    /// <summary>Reads them.</summary>
    /// <exception cref="SlimSharpException">They do not fit each other or the options.</exception>
    internal static TrainingInputs Read(
        RunOptions options,
        Journal journal,
        Action<RunWarning> warn,
        CancellationToken stop
    )
    {
        var start = options.From is null ? null : ModelFile.Load(options.From);
        try
        {
            var data = start is null
                ? ImageSets.Read(journal, options.Data, stop)
                : ImageSets.For(journal, start, options.Data, stop);
            var inputs = new TrainingInputs(options, start, data);
            if (
                !inputs.IsNew
                && SeenImages.Warning(start!, options.Data, data.Validation, "validation", stop) is { } seen
            )
                warn(new(RunWarning.SeenImages, seen));
            return inputs;
        }
        catch
        {
            start?.Dispose();
            throw;
        }
    }

    /// <summary>The model to train, with the weights that it starts from; the caller disposes it.</summary>
    internal Model CreateModel()
    {
        var type = _options.Precision == Precision.Float64 ? torch.float64 : torch.float32;
        var device = Devices.Get(_options.Device);
        var network =
            _start?.Network ?? ZooEntry.Get(_options.Model!, Train.Classes.Length, _options.Width, Train.Shape);
        if (_options.GroupNormScales is { } areScales)
            network = network.WithGroupNormScales(areScales);
        using var weights = IsNew ? Initialization.Draw(network, _options.Training.Seed) : _start!.Weights.Copy();
        return new(network, weights.Copy(type, device))
        {
            Options = FastPaths.Schedule(_options.Without ?? [], _options.Precision == Precision.BFloat16),
        };
    }

    /// <summary>What stands in for labels where there are none: the teacher among the regularisers.</summary>
    /// <exception cref="DataException">There is none.</exception>
    internal Distillation? Teacher(IEnumerable<Regularizer> regularizers) =>
        Train.HasLabels ? null : regularizers.OfType<Distillation>().FirstOrDefault() ?? throw Unlabelled();

    /// <summary>What all files of the run say.</summary>
    internal SlimDescription Describe(Network network) =>
        new()
        {
            Network = network,
            Normalization = Normalization,
            Classes = Train.HasLabels ? Train.Classes : _start!.Classes,
            Data = _options.Data,
            Plan = _start?.Plan,
            Certificate = _start?.Certificate,
            Provenance = RunOrigin.Provenance(_options, Train, _start),
        };

    /// <summary>
    /// Some real images, for certificates to be checked on; those of the certificate that a cut network has. The caller
    /// disposes them.
    /// </summary>
    internal Probe? Probe()
    {
        if (_start?.Plan is not null)
            return _start.Probe?.Copy();
        var set = Validation ?? Train;
        int[] spread = [.. Enumerable.Range(0, Math.Min(ProbeSize, set.Count)).Select(i => i * set.Count / ProbeSize)];
        using var batch = ImageBatches.InOrder(set, Normalization).Make(spread);
        return new(batch.Images.clone());
    }

    /// <summary>Frees the file that is trained on.</summary>
    public void Dispose() => _start?.Dispose();

    private DataException Unlabelled() =>
        new(
            $"{Train.Name}: its images have no labels. Without labels, a network that is there already is trained on (RunOptions.From), and a teacher takes the place of the labels (distillation:teacher=FILE); RunOptions.FromScratch begins with new weights."
        );
}
