using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>
/// A sweep's plan with the results of its finished runs, without the folders: small enough to be kept with a paper's
/// sources.
/// </summary>
public sealed record SweepResults : IJsonOnDeserialized
{
    /// <summary>The plan.</summary>
    public required SweepPlan Plan { get; init; }

    /// <summary>What finished runs measured, by number.</summary>
    public required ImmutableSortedDictionary<int, SweepResult> Results { get; init; }

    /// <summary>The last words of runs that have failed and are no longer tried, by number.</summary>
    public ImmutableSortedDictionary<int, string> Failed
    {
        get => field ?? ImmutableSortedDictionary<int, string>.Empty; // older files do not say
        init;
    }

    /// <summary>Reads what is finished; changes nothing.</summary>
    public static SweepResults Of(SweepFolder folder)
    {
        var failed = folder.Runs.Where(r => folder.StateOf(r) == SweepState.Failed);
        return new()
        {
            Plan = folder.Plan,
            Results = folder
                .Runs.Select(r => (r.Number, Result: SweepResult.Read(folder.ResultOf(r))))
                .Where(r => r.Result is not null)
                .ToImmutableSortedDictionary(r => r.Number, r => r.Result!),
            Failed = failed.ToImmutableSortedDictionary(r => r.Number, r => RunLease.LastWords(folder.Of(r)) ?? ""),
        };
    }

    /// <summary>From the folder of a sweep, or from a file that <see cref="Write"/> has written.</summary>
    /// <exception cref="RunException">It is neither.</exception>
    public static SweepResults Read(string path)
    {
        if (!File.Exists(path))
            return Of(SweepFolder.Open(path));
        try
        {
            return CheckedJson.Read(File.ReadAllText(path), RunsJson.Default.SweepResults);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{path} cannot be read as the results of a sweep ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(this, RunsJson.Default.SweepResults));

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        var runs = Plan.Expand().Length;
        if (Results.Keys.Concat(Failed.Keys).FirstOrDefault(n => n < 1 || n > runs) is not 0 and var stray)
            throw new RunException($"it has a result of run {stray}, but the sweep has the runs 1 to {runs}");
    }
}
