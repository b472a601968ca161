using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim bench layers: the table that latency is planned with.</summary>
internal static class LayersCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "layers",
            "Measure how long the layers of a network take in ONNX Runtime at many widths, and keep that in a table, with which 'slim prune --latency' plans."
        );
        var input = new Argument<string>("RUN")
        {
            Description = "A run folder, a .slim file, or the name of a network of the zoo.",
        };
        var output = new OutputOption("--out")
        {
            Description = "The table; what it holds already is not measured again [default: this machine's own].",
            HelpName = "FILE",
        };
        var batch = new Option<int>("--batch")
        {
            Description = "Images at a time.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var request = new Option<bool>("--request")
        {
            Description =
                "Measure nothing: write down what is to be measured, for slimsharp-layer-timing on another machine to fill in.",
        };
        var busy = new Option<bool>("--even-if-busy")
        {
            Description = "Keep the times even if the machine was busy while they were measured.",
        };
        var common = new CommonOptions();
        command.Add(input);
        foreach (var option in (Option[])[output, batch, request, busy])
            command.Add(option);
        common.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
            {
                if (parsed.GetValue(batch) is < 1 or > 65536)
                    throw new UsageException($"--batch is {parsed.GetValue(batch)}, but must be from 1 to 65,536.");
                if (parsed.GetValue(request) && parsed.GetValue(output) is null)
                    throw new UsageException("--request needs a file to write to: --out FILE.");
                if (parsed.GetValue(request))
                    parsed.Refuse("has no effect with --request, which measures nothing", busy);
                common.Prepare(parsed);
                var (screen, threads) = (common.Screen(parsed), parsed.GetValue(common.Threads));
                var tables = new LatencyTables(parsed.GetValue(output), threads, parsed.GetValue(batch), screen)
                {
                    EvenIfBusy = parsed.GetValue(busy),
                };
                var network = NetworkOf(parsed.GetValue(input)!);
                var table = parsed.GetValue(request) ? tables.Request(network) : tables.For(network, stop);
                Show(screen, table);
                screen.Say(tables.IsKept ? tables.Path : $"{tables.Path} is as it was.");
                return Task.FromResult(tables.IsKept ? ExitCode.Done : ExitCode.Missed);
            }
        );
        return command;
    }

    private static Network NetworkOf(string path)
    {
        if (!Path.Exists(path) && ZooEntry.All.Any(e => e.Name == path))
            return ZooEntry.Get(path, 10, 1);
        using var file = SlimFile.Load(ModelFile.Trained(path));
        return file.Network;
    }

    private static void Show(Screen screen, LatencyTable table)
    {
        screen.Say(
            $"{table.Machine}, {table.Runtime}, {table.Threads} threads, batch {table.Batch}"
                + (table.Step > 0 ? $"; channels are computed {table.Step} at a time" : "")
        );
        screen.Table(
            null,
            ["kind of layer", "widths", "milliseconds at the widest", "narrowest that pays"],
            table.Kinds.Select(k =>
                (IReadOnlyList<string>)
                    [
                        $"{k.Kind}",
                        k.Makes.Count == 0 ? $"{k.Reads[^1]}" : $"{k.Reads[^1]} → {k.Makes[^1]}",
                        k.IsMeasured ? Words.Number(k.Times[^1], "F4") : "to be measured",
                        k.IsMeasured ? $"{k.NarrowestThatPays()}" : "",
                    ]
            ),
            1
        );
        foreach (var kind in table.Kinds.Where(k => k.IsMeasured))
            screen.Emit(
                new()
                {
                    ["kind"] = $"{kind.Kind}",
                    ["reads"] = kind.Reads[^1],
                    ["makes"] = kind.Makes.Count == 0 ? kind.Reads[^1] : kind.Makes[^1],
                    ["milliseconds"] = kind.Times[^1],
                    ["narrowestThatPays"] = kind.NarrowestThatPays(),
                }
            );
    }
}
