using SlimSharp.Latency;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>
/// The table of latencies that a command uses: a file that was named, or this machine's own, which grows with every
/// network.
/// </summary>
/// <param name="screen">Where progress is shown.</param>
/// <param name="named">The file that was named, if one was.</param>
/// <param name="threads">Threads of one operator.</param>
/// <param name="batch">Images at a time.</param>
internal sealed class LatencyTables(Screen screen, string? named, int threads, int batch)
{
    /// <summary>The file.</summary>
    internal string Path { get; } = named ?? Own(threads, batch);

    /// <summary>Whether times are kept that were measured on a busy machine.</summary>
    internal bool EvenIfBusy { get; init; }

    /// <summary>Measures what a table lacks.</summary>
    internal Func<LatencyTable, CancellationToken, LatencyMeasurement> Measure { get; init; } =
        new LatencyProbe(threads, batch) { Progress = new ProgressLine(screen, "measuring layers").Show }.Measure;

    /// <summary>False if a table was measured that is not to be kept.</summary>
    internal bool IsKept { get; private set; } = true;

    /// <summary>
    /// The table with all that this network needs, measured where it was not. What is measured on a busy machine is not
    /// kept in the file.
    /// </summary>
    /// <exception cref="UsageException">
    /// The file is of another machine or for something else, and does not hold all.
    /// </exception>
    internal LatencyTable For(Network network, bool requestOnly = false, CancellationToken stop = default)
    {
        var table = File.Exists(Path) ? LatencyTable.Load(Path) : LatencyGrid.Empty(threads, batch);
        if (table.Batch != batch || table.Threads != threads)
            throw new UsageException(
                $"{Path} is for {table.Threads} threads and batches of {table.Batch}, not for {threads} and {batch}; give --threads {table.Threads} --batch {table.Batch}, or measure another table."
            );
        var wanted = table.With(LayerUse.Of(network));
        if (!requestOnly && wanted.Kinds.All(k => k.IsMeasured) && wanted.Step > 0)
            return wanted;
        if (!requestOnly && !table.IsOfThisMachine)
            throw new UsageException(
                $"{Path} was measured on {table.Machine} with {table.Runtime} and lacks layers of {network.Name}; ask for them with 'slim bench layers … --request --out FILE', and measure there."
            );
        if (!requestOnly)
        {
            (wanted, var disturbance) = Measure(wanted, stop);
            if (disturbance is not null)
                Warn(disturbance);
            if (!IsKept)
                return wanted;
        }
        wanted.Save(Path);
        return wanted;
    }

    private void Warn(Disturbance disturbance)
    {
        IsKept = EvenIfBusy;
        screen.Warn(
            $"the machine was busy while layers were measured, several times over: {disturbance}. "
                + (
                    EvenIfBusy
                        ? "The times are kept all the same, as asked for."
                        : "The times are not kept; measure again when it is quiet, with 'slim bench layers' (--even-if-busy keeps them all the same)."
                )
        );
    }

    // A new processor or runtime begins a new file.
    private static string Own(int threads, int batch)
    {
        var here = LatencyGrid.Empty(threads, batch);
        var name = $"{here.Machine} {here.Runtime} {threads} threads batch {batch}";
        return System.IO.Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.Create
            ),
            "slimsharp",
            "latency",
            $"{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}.json"
        );
    }
}
