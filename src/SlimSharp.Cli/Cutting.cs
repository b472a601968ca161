using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Writes cut networks.</summary>
internal static class Cutting
{
    /// <summary>
    /// Writes the cut network with its plan, certificate and probe, what was asked for, and what the optimiser
    /// remembered if that is given; returns the size of the file in bytes.
    /// </summary>
    internal static long Save(
        string path,
        SlimFile source,
        SurgeryResult cut,
        IReadOnlyDictionary<string, string> asked,
        Weights? memory = null
    )
    {
        using var plain = cut.ToFile(source);
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
        return new FileInfo(path).Length;
    }

    /// <summary>What the optimiser of the run with that model remembered at its end.</summary>
    /// <exception cref="UsageException">There is no checkpoint of these very weights.</exception>
    internal static Weights Memory(string model, SlimFile file)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, "last.slim");
        if (!File.Exists(path))
            throw new UsageException($"--with-optimizer needs the run's checkpoint, but there is no {path}.");
        using var last = SlimFile.Load(path);
        return last.Weights.Hash() == file.Weights.Hash()
            ? last.Optimizer.Copy()
            : throw new UsageException(
                $"--with-optimizer needs a checkpoint of the weights that are cut, but {path} holds others; train with --keep last."
            );
    }
}
