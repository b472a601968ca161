using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlimSharp.Runs;

/// <summary>
/// A sweep as one Indexed Job, an index per run, in JSON, which is YAML too. A pod that is evicted leaves a checkpoint and exits with 75, which counts as no failure: the index is
/// begun again and goes on.
/// </summary>
public sealed record KubernetesJob
{
    private const int Stopped = 75;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>The container image; its entry point is slim.</summary>
    public required string Image { get; init; }

    /// <summary>The persistent volume claim with the sweep and its data.</summary>
    public required string VolumeClaim { get; init; }

    /// <summary>Where that is mounted.</summary>
    public required string Mount { get; init; }

    /// <summary>Runs at a time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Cores of a run.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Memory of a run.</summary>
    public string Memory { get; init; } = "4Gi";

    /// <summary>The manifest for a sweep.</summary>
    /// <exception cref="RunException">The sweep does not lie below the mount.</exception>
    public string For(SweepFolder sweep)
    {
        var folder = Path.GetFullPath(sweep.Path);
        if (!folder.StartsWith(Mount.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new RunException($"The sweep '{folder}' does not lie below --mount {Mount}.");
        var resources = new JsonObject { ["cpu"] = Cores.ToString(CultureInfo.InvariantCulture), ["memory"] = Memory };
        var container = new JsonObject
        {
            ["name"] = "slim",
            ["image"] = Image,
            ["args"] = new JsonArray("sweep", "work", folder, "--threads", $"{Cores}"),
            ["resources"] = new JsonObject { ["requests"] = resources, ["limits"] = resources.DeepClone() },
            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "sweep", ["mountPath"] = Mount }),
        };
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["terminationGracePeriodSeconds"] = 120,
            ["containers"] = new JsonArray(container),
            ["volumes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "sweep",
                    ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = VolumeClaim },
                }
            ),
        };
        var ignored = new JsonArray(
            new JsonObject
            {
                ["action"] = "Ignore",
                ["onExitCodes"] = new JsonObject { ["operator"] = "In", ["values"] = new JsonArray(Stopped) },
            },
            new JsonObject
            {
                ["action"] = "Ignore",
                ["onPodConditions"] = new JsonArray(
                    new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }
                ),
            }
        );
        var job = new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = Name(sweep.Plan.Name) },
            ["spec"] = new JsonObject
            {
                ["completionMode"] = "Indexed",
                ["completions"] = sweep.Runs.Length,
                ["parallelism"] = Math.Min(Parallel, sweep.Runs.Length),
                ["backoffLimitPerIndex"] = 2,
                ["maxFailedIndexes"] = sweep.Runs.Length, // one failed run stops no other
                ["podFailurePolicy"] = new JsonObject { ["rules"] = ignored },
                ["template"] = new JsonObject { ["spec"] = pod },
            },
        };
        return job.ToJsonString(Readable) + "\n";
    }

    // Lower-case letters, digits and dashes.
    private static string Name(string name) =>
        string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
}
