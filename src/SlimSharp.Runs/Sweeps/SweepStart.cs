using System.Text.Json;

namespace SlimSharp.Runs;

/// <summary>What was there when a run of a sweep was first begun; whoever takes the run over keeps it.</summary>
/// <param name="Began">When that was, by the clock of the machine that began it.</param>
/// <param name="Claims">
/// SHA-256 of the sweep's file of claims at that time, in hexadecimal; null if the sweep names none, or it could not be
/// read.
/// </param>
public sealed record SweepStart(DateTime Began, string? Claims = null)
{
    private const string Name = "start.json";

    /// <summary>That of the attempt or result in a folder; null if nothing was noted.</summary>
    public static SweepStart? Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, Name);
            return File.Exists(path) ? CheckedJson.Read(File.ReadAllText(path), RunsJson.Default.SweepStart) : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>Notes it in the folder of an attempt, unless that goes on with one of which it was noted.</summary>
    internal static void Note(string attempt, string? claims)
    {
        if (Read(attempt) is null)
            AtomicFile.WriteText(
                Path.Combine(attempt, Name),
                JsonSerializer.Serialize(new(DateTime.UtcNow, claims), RunsJson.Default.SweepStart)
            );
    }
}
