using SlimSharp;
using SlimSharp.Latency;

// Fills in, on the device that matters, what 'slim bench layers --request' asked for.
const string EvenIfBusy = "--even-if-busy";
if (args.Where(a => a != EvenIfBusy).ToArray() is not [var path])
{
    Console.Error.WriteLine(
        $"slimsharp-layer-timing FILE [{EvenIfBusy}]: measures the layers that FILE asks for (written by 'slim bench layers … --request --out FILE') and writes their times into it, unless the machine was busy meanwhile."
    );
    return 2;
}
try
{
    var asked = LatencyTable.Load(path);
    // Times of another machine do not mix with those of this one.
    var table = asked.IsOfThisMachine
        ? asked
        : LatencyGrid.Empty(asked.Threads, asked.Batch) with
        {
            Kinds = [.. asked.Kinds.Select(k => k with { Times = [] })],
        };
    var probe = new LatencyProbe(table.Threads, table.Batch)
    {
        Progress = (done, all) => Console.Error.WriteLine($"{done} of {all}"),
    };
    var (measured, disturbance) = probe.Measure(table);
    if (disturbance is not null && !args.Contains(EvenIfBusy))
    {
        Console.Error.WriteLine(
            $"slimsharp-layer-timing: the machine was busy while layers were measured, several times over: {disturbance}. {path} is as it was; measure again when it is quiet, or give {EvenIfBusy}."
        );
        return 1;
    }
    measured.Save(path);
    Console.WriteLine($"{path}: {table.Kinds.Count} kinds of layers on {table.Machine}, {table.Runtime}");
    return 0;
}
catch (Exception e) when (e is SlimSharpException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"slimsharp-layer-timing: {e.Message}");
    return 2;
}
