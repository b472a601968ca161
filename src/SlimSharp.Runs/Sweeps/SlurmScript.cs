using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>
/// A sweep as one Slurm job array, a task per run. A minute before its time is up, or when it is pre-empted, a task is told to stop; it leaves a checkpoint, and is queued again
/// and goes on.
/// </summary>
public sealed record SlurmScript
{
    private const int Stopped = 75;

    /// <summary>The partition; null for the default one.</summary>
    public string? Partition { get; init; }

    /// <summary>Time limit of a task.</summary>
    public required string Time { get; init; }

    /// <summary>Memory of a task.</summary>
    public required string Memory { get; init; }

    /// <summary>Cores of a task.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Further options of sbatch.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>The script for a sweep.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="program">The command line that is slim.</param>
    public string For(SweepFolder sweep, string program)
    {
        var folder = Path.GetFullPath(sweep.Path);
        var text = new StringBuilder("#!/bin/sh\n");
        void Directive(string option) => text.Append("#SBATCH ").Append(option).Append('\n');
        Directive($"--job-name={sweep.Plan.Name}");
        Directive($"--array=1-{sweep.Runs.Length}");
        Directive($"--cpus-per-task={Cores}");
        Directive($"--mem={Memory}");
        Directive($"--time={Time}");
        Directive("--requeue");
        Directive("--signal=B:TERM@60");
        Directive("--open-mode=append");
        Directive($"--output={folder}/slurm-%a.log");
        if (Partition is not null)
            Directive($"--partition={Partition}");
        foreach (var option in Options)
            Directive(option);
        text.Append(
            $$"""
            # The shell waits in the background, so that it hears the signal and hands it on.
            {{program}} sweep work '{{folder}}' --index "$SLURM_ARRAY_TASK_ID" --threads {{Cores}} &
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
            throw new RunException("There is no sbatch here; --dry-run prints the script.", e);
        }
    }
}
