using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>Writes cut networks.</summary>
public static class CutFile
{
    /// <summary>
    /// Writes the cut network with its plan, certificate and probe, what was asked for, and what the optimiser
    /// remembered if that is given; returns the size of the file in bytes.
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <param name="source">The file that was cut.</param>
    /// <param name="cut">The cut.</param>
    /// <param name="asked">What was asked for, as <see cref="CutSettings"/> has it.</param>
    /// <param name="memory">What the optimiser remembered of the whole network; null for nothing.</param>
    public static long Save(
        string path,
        SlimFile source,
        SurgeryResult cut,
        IReadOnlyDictionary<string, string> asked,
        Weights? memory = null
    )
    {
        var plain = cut.ToFile(source); // the other of the two owns its tensors
        var provenance = new Dictionary<string, string>(plain.Provenance)
        {
            [Certificate.Asked] = CutSettings.ToJson(asked),
        };
        using var result = plain with { Provenance = provenance };
        foreach (var of in memory?.Names.GroupBy(n => n[..n.IndexOf('.')]) ?? [])
        {
            using var beside = new Weights();
            foreach (var name in of)
                beside[name[(of.Key.Length + 1)..]] = memory![name].clone();
            using var carried = cut.Carry(beside);
            foreach (var name in carried.Names)
                result.Optimizer[$"{of.Key}.{name}"] = carried[name].clone();
        }
        result.Save(path);
        return new FileInfo(OutputPath.Of(path)).Length;
    }

    /// <summary>What the optimiser of the run with that model remembered at its end; the caller disposes it.</summary>
    /// <exception cref="ExperimentException">There is no checkpoint of these very weights.</exception>
    public static Weights Memory(string model, SlimFile file)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, "last.slim");
        if (!File.Exists(path))
            throw new ExperimentException(
                $"PruningOptions.WithOptimizer needs the run's checkpoint, but there is no {path}."
            );
        using var last = SlimFile.Load(path);
        return last.Weights.Hash() == file.Weights.Hash()
            ? last.Optimizer.Copy()
            : throw new ExperimentException(
                $"PruningOptions.WithOptimizer needs a checkpoint of the weights that are cut, but {path} holds others; train without TrainingOptions.KeepBest."
            );
    }
}
