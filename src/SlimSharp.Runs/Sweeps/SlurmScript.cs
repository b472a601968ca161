using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace SlimSharp.Runs;

/// <summary>
/// A sweep as one Slurm job array, a task per run. A minute before its time is up, or when it is pre-empted, a task is
/// told to stop; it leaves a checkpoint, and is queued again and goes on. Every word in the script is quoted, or
/// refused by a rule; docs/sweeps.md states the rules.
/// </summary>
public sealed partial record SlurmScript
{
    private const int Stopped = 75;

    /// <summary>The partition, or several with commas between them; null for the default one.</summary>
    public string? Partition { get; init; }

    /// <summary>Time limit of a task, as in 30, 04:00:00 or 1-12.</summary>
    public required string Time { get; init; }

    /// <summary>Memory of a task, as in 500M or 4G.</summary>
    public required string Memory { get; init; }

    /// <summary>Cores of a task.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Further options of sbatch, each a line of the script as it is.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The script for a sweep.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="program">The words that start slim, unquoted.</param>
    /// <exception cref="RunException">A setting or the folder's path cannot stand in such a script.</exception>
    public string For(SweepFolder sweep, IEnumerable<string> program)
    {
        Check();
        var folder = Path.GetFullPath(sweep.Path);
        var text = new StringBuilder("#!/bin/sh\n");
        void Directive(string option) => text.Append("#SBATCH ").Append(option).Append('\n');
        Directive($"--job-name={SafeName.Of(sweep.Plan.Name)}");
        Directive($"--array=1-{sweep.Runs.Length}");
        Directive($"--cpus-per-task={Cores}");
        Directive($"--mem={Memory}");
        Directive($"--time={Time}");
        Directive("--requeue");
        Directive("--signal=B:TERM@60");
        Directive("--open-mode=append");
        Directive($"--output=\"{ScriptWord.ForOutput(folder)}/slurm-%a.log\"");
        if (Partition is not null)
            Directive($"--partition={Partition}");
        foreach (var option in Options)
            Directive(option);
        var command = string.Join(' ', program.Concat(["sweep", "work", folder]).Select(ScriptWord.ForShell));
        text.Append(
            $$"""
            # The shell waits in the background, so that it hears the signal and hands it on.
            {{command}} --index "$SLURM_ARRAY_TASK_ID" --threads {{Cores}} &
            worker=$!
            trap 'kill -TERM "$worker"' TERM
            wait "$worker"; code=$?
            while kill -0 "$worker" 2>/dev/null; do wait "$worker"; code=$?; done
            [ "$code" -eq {{Stopped}} ] && exec scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
            exit "$code"

            """
        );
        return text.ToString();
    }

    /// <summary>Submits a script; returns sbatch's exit code.</summary>
    /// <exception cref="RunException">There is no sbatch here.</exception>
    public static int Submit(string script)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("sbatch") { RedirectStandardInput = true, UseShellExecute = false }
            )!;
            process.StandardInput.Write(script);
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0 ? 0 : 1;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new RunException(
                "There is no sbatch here; take the script (SlurmScript.For) to where there is one.",
                e
            );
        }
    }

    private void Check()
    {
        Refuse(!TimeLimit().IsMatch(Time), "time limit", Time, "minutes, HH:MM:SS or D-HH:MM:SS");
        Refuse(!Size().IsMatch(Memory), "memory", Memory, "a whole number with K, M, G or T, such as 4G");
        Refuse(
            Partition is not null && !Names().IsMatch(Partition),
            "partition",
            Partition,
            "a name as sinfo shows it"
        );
        Refuse(Cores < 1, "number of cores", $"{Cores}", "1 or more");
        foreach (var option in Options)
            Refuse(
                !option.StartsWith('-') || option.Any(char.IsControl),
                "option of sbatch",
                option,
                "one line that begins with a dash, such as --account=me"
            );
    }

    private static void Refuse(bool isWrong, string what, string? value, string right)
    {
        if (isWrong)
            throw new RunException($"The {what} is '{ScriptWord.Visible(value ?? "")}', but must be {right}.");
    }

    [GeneratedRegex(@"^([0-9]+(-[0-9]+)?(:[0-9]+){0,2}|infinite|unlimited)\z", RegexOptions.IgnoreCase)]
    private static partial Regex TimeLimit();

    [GeneratedRegex(@"^[0-9]+([KMGT]B?)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Size();

    [GeneratedRegex(@"^[A-Za-z0-9._,-]+\z")]
    private static partial Regex Names();
}
