using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SlimSharp.Runs;

/// <summary>
/// A sweep as one Indexed Job, an index per run, in JSON, which is YAML too. A pod that is evicted leaves a checkpoint
/// and exits with 75, which counts as no failure: the index is begun again and goes on. Texts are quoted as JSON does;
/// names are labels of RFC 1123, and what is none is refused or, if it comes from the sweep's name, reduced to one.
/// </summary>
public sealed partial record KubernetesJob
{
    private const int Stopped = 75;
    private const int MaxLabel = 63; // RFC 1123
    private const int MaxName = 253;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>The container image; its entry point is slim.</summary>
    public required string Image { get; init; }

    /// <summary>The volume with the sweep and its data, by the name of its persistent volume claim.</summary>
    public required string Volume { get; init; }

    /// <summary>Where that is mounted.</summary>
    public required string Mount { get; init; }

    /// <summary>Runs at a time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Cores of a run.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Memory of a run.</summary>
    public string Memory { get; init; } = "4Gi";

    /// <summary>The manifest for a sweep.</summary>
    /// <exception cref="RunException">
    /// The sweep does not lie below the mount, or a setting is none that Kubernetes takes.
    /// </exception>
    public string For(SweepFolder sweep)
    {
        Check();
        var folder = Path.GetFullPath(sweep.Path);
        if (!folder.StartsWith(Mount.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new RunException($"The sweep '{folder}' does not lie below KubernetesJob.Mount = {Mount}.");
        var resources = new JsonObject { ["cpu"] = Cores.ToString(CultureInfo.InvariantCulture), ["memory"] = Memory };
        var container = new JsonObject
        {
            ["name"] = "slim",
            ["image"] = Image,
            ["args"] = new JsonArray("sweep", "work", Literal(folder), "--threads", $"{Cores}"),
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
                    ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = Volume },
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
            ["metadata"] = new JsonObject { ["name"] = Name(sweep) },
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

    // The name of a pod's host is that of the job, a dash and the index, and is a label, too.
    private static string Name(SweepFolder sweep) =>
        SafeName.Label(sweep.Plan.Name, MaxLabel - $"-{sweep.Runs.Length - 1}".Length);

    // Kubernetes puts variables in for $(NAME) in arguments, and reads $$ as $.
    private static string Literal(string argument) => argument.Replace("$", "$$", StringComparison.Ordinal);

    private void Check()
    {
        Refuse(!Reference().IsMatch(Image), "image", Image, "the name of an image, such as registry/slim:1");
        Refuse(
            Volume.Length > MaxName || !Labels().IsMatch(Volume),
            "volume claim",
            Volume,
            "a name of lower-case letters, digits, dashes and dots"
        );
        Refuse(!Path.IsPathRooted(Mount) || Mount.Contains(':'), "mount", Mount, "an absolute path without a colon");
        Refuse(!Quantity().IsMatch(Memory), "memory", Memory, "a quantity such as 500Mi or 4Gi");
        Refuse(Parallel < 1, "number of runs at a time", $"{Parallel}", "1 or more");
        Refuse(Cores < 1, "number of cores", $"{Cores}", "1 or more");
    }

    private static void Refuse(bool isWrong, string what, string value, string right)
    {
        if (isWrong)
            throw new RunException($"The {what} is '{ScriptWord.Visible(value)}', but must be {right}.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/:@-]*\z")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z")]
    private static partial Regex Labels();

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?\z")]
    private static partial Regex Quantity();
}
