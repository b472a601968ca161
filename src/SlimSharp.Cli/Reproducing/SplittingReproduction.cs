using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>
/// Official mode of proximal splitting: compares with what its published updates give, step by step in float64.
/// </summary>
internal static class SplittingReproduction
{
    private const string Suffix = ".splitting";

    internal static bool IsCase(string name) => name.Contains($"{Suffix}-", StringComparison.Ordinal);

    internal static IEnumerable<string> Cases(string folder) =>
        from file in Directory.GetFiles(folder, $"*{Suffix}.json").Order(StringComparer.Ordinal)
        from run in Reproduction.Runs(folder, Path.GetFileName(file)[..^".json".Length])
        select run.GetProperty("case").GetString()!;

    internal static IReadOnlyList<Deviation> Run(string folder, string name)
    {
        var network = name.Split('.')[0];
        var run = Reproduction.Runs(folder, network + Suffix).First(r => r.GetProperty("case").GetString() == name);
        using var scope = torch.NewDisposeScope();
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(folder))!, "slimming");
        var initial = Path.Combine(beside, $"{network}.init.safetensors");
        using var tensorsFile = SafeTensors.Read(initial);
        var tensors = tensorsFile.Tensors;
        using var batchesFile = SafeTensors.Read(Path.Combine(beside, $"{network}.batches.safetensors"));
        var batches = batchesFile.Tensors;
        using var startFile = SafeTensors.Read(Path.Combine(folder, $"{network}.xi0.safetensors"));
        var start = startFile.Tensors;
        using var endFile = SafeTensors.Read(Path.Combine(folder, $"{name}.safetensors"));
        var end = endFile.Tensors;
        var recognised = PublishedNetwork.Of(initial, tensors);
        var theirs = NameMap.Of(initial, recognised, tensors);
        using var model = new Model(recognised, NameMap.Match(initial, recognised, tensors, torch.float64));
        using var splitting = new ProximalSplitting(
            model,
            new L1(),
            run.GetProperty("lambda").GetDouble(),
            run.GetProperty("beta").GetDouble()
        )
        {
            LeaveSubnormal = true,
        };
        // As theirs are called, in our order: xi.BN for the scale BN.weight.
        string[] scales =
        [
            .. recognised.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale).Select(p => theirs[p.Name]),
        ];
        string[] auxiliary = [.. scales.Select(s => $"xi.{s[..^".weight".Length]}")];
        foreach (var (theirName, tensor) in auxiliary.Zip(splitting.Auxiliary))
            tensor.copy_(start[theirName]);

        // α is 1/rate, before and after the rate falls to a tenth.
        var (rate, drop) = (run.GetProperty("lr").GetDouble(), run.GetProperty("lr_drop_at_step").GetInt32());
        var losses = Reproduction.Train(
            model,
            splitting,
            batches["x"],
            batches["y"],
            run.GetProperty("steps").GetInt32(),
            step => step < drop ? rate : rate / 10
        );
        double[] All(IEnumerable<torch.Tensor> of) => [.. of.SelectMany(Float64.Of)];
        Deviation Compare(string quantity, IEnumerable<double> reference, IEnumerable<double> measured) =>
            new(name, quantity, Reproduction.Relative([.. reference], [.. measured]));
        var norms = run.GetProperty("norms").EnumerateObject().ToDictionary(n => n.Name, n => n.Value.GetDouble());
        var trained = recognised.Parameters().Where(p => norms.ContainsKey(theirs[p.Name])).ToArray();
        return
        [
            Compare("losses", Reproduction.Values(run.GetProperty("losses")), losses),
            Compare("scales", All(scales.Select(s => end[s])), All(model.Scales)),
            Compare("auxiliary scales", All(auxiliary.Select(a => end[a])), All(splitting.Auxiliary)),
            new(
                name,
                "auxiliary scales at zero",
                Math.Abs(All(splitting.Auxiliary).Count(x => x == 0) - run.GetProperty("zero_xi").GetInt32())
            ),
            Compare(
                "parameter norms",
                trained.Select(p => norms[theirs[p.Name]]),
                trained.Select(p => Math.Sqrt(Float64.Of(model[p.Name]).Sum(v => v * v)))
            ),
        ];
    }
}
