using SlimSharp.Latency;
using SlimSharp.Networks;

namespace SlimSharp.Experiments;

/// <summary>
/// Where the table of latencies lies that cuts are planned with: a file that was named, or this machine's own, which
/// grows with every network.
/// </summary>
/// <param name="named">The file that was named, if one was.</param>
/// <param name="threads">Threads of one operator.</param>
/// <param name="batch">Images at a time.</param>
/// <param name="journal">What is told; null for nobody.</param>
public sealed class LatencyTables(string? named, int threads, int batch, Journal? journal = null)
{
    private readonly Journal _journal = journal ?? Journal.Silent;

    /// <summary>The file.</summary>
    public string Path { get; } = named ?? Own(threads, batch);

    /// <summary>Whether times are kept that were measured on a busy machine.</summary>
    public bool EvenIfBusy { get; init; }

    /// <summary>Measures what a table lacks.</summary>
    public Func<LatencyTable, CancellationToken, LatencyMeasurement> Measure { get; init; } =
        new LatencyProbe(threads, batch)
        {
            Progress = (journal ?? Journal.Silent).Progress("measuring layers"),
        }.Measure;

    /// <summary>False if a table was measured that is not to be kept.</summary>
    public bool IsKept { get; private set; } = true;

    /// <summary>
    /// The table with all that this network needs, measured where it was not. What is measured on a busy machine is not
    /// kept in the file.
    /// </summary>
    /// <exception cref="ExperimentException">
    /// The file is of another machine or for something else, and does not hold all.
    /// </exception>
    public LatencyTable For(Network network, CancellationToken stop = default)
    {
        var table = Read();
        var wanted = table.With(LayerUse.Of(network));
        if (wanted.Kinds.All(k => k.IsMeasured) && wanted.Step > 0)
            return wanted;
        if (!table.IsOfThisMachine)
            throw new ExperimentException(
                $"{Path} was measured on {table.Machine} with {table.Runtime} and lacks layers of {network.Name}; ask for them with LatencyTables.Request, and measure there."
            );
        (wanted, var disturbance) = Measure(wanted, stop);
        if (disturbance is not null)
            Warn(disturbance);
        if (IsKept)
            wanted.Save(Path);
        return wanted;
    }

    /// <summary>
    /// Writes down what this network needs and the table lacks, to be measured on another machine; returns that.
    /// </summary>
    /// <exception cref="ExperimentException">The file is for something else.</exception>
    public LatencyTable Request(Network network)
    {
        var wanted = Read().With(LayerUse.Of(network));
        wanted.Save(Path);
        return wanted;
    }

    private LatencyTable Read()
    {
        var table = File.Exists(Path) ? LatencyTable.Load(Path) : LatencyGrid.Empty(threads, batch);
        return table.Batch == batch && table.Threads == threads
            ? table
            : throw new ExperimentException(
                $"{Path} is for {table.Threads} threads and batches of {table.Batch}, not for {threads} and {batch}; give LatencyGoal.Threads = {table.Threads} and LatencyGoal.Batch = {table.Batch}, or measure another table."
            );
    }

    private void Warn(Disturbance disturbance)
    {
        IsKept = EvenIfBusy;
        _journal.Warn(
            $"the machine was busy while layers were measured, several times over: {disturbance}. "
                + (
                    EvenIfBusy
                        ? "The times are kept all the same, as asked for."
                        : "The times are not kept; measure again when it is quiet, with LatencyTables.For (LatencyTables.EvenIfBusy keeps them all the same)."
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
