using System.Diagnostics;
using k8s;
using k8s.Models;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>What is handed to Slurm and Kubernetes.</summary>
public class SchedulerTests
{
    [Fact]
    public void The_kubernetes_manifest_is_what_the_typed_model_reads()
    {
        var sweep = Folder();
        var job = new KubernetesJob
        {
            Image = "registry/slim:1",
            Volume = "claim",
            Mount = Path.GetTempPath(),
            Cores = 2,
        };
        var read = KubernetesYaml.Deserialize<V1Job>(job.For(sweep), strict: true);
        Assert.Equal(("batch/v1", "Job", "penalties-1"), (read.ApiVersion, read.Kind, read.Metadata.Name));
        Assert.Equal(("Indexed", 45, 4), (read.Spec.CompletionMode, read.Spec.Completions, read.Spec.Parallelism));
        var container = Assert.Single(read.Spec.Template.Spec.Containers);
        Assert.Equal(["sweep", "work", Path.GetFullPath(sweep.Path), "--threads", "2"], container.Args);
        Assert.Equal("2", container.Resources.Limits["cpu"].ToString());
        Assert.Equal("claim", read.Spec.Template.Spec.Volumes.Single().PersistentVolumeClaim.ClaimName);
        Assert.Equal([75], read.Spec.PodFailurePolicy.Rules[0].OnExitCodes.Values);
        Assert.Contains(
            "KubernetesJob.Mount",
            Assert.Throws<RunException>(() => (job with { Mount = "/elsewhere" }).For(sweep)).Message
        );
    }

    [Fact]
    public void The_slurm_script_is_a_shell_script_that_requeues_what_was_stopped()
    {
        var script = new SlurmScript
        {
            Time = "01:00:00",
            Memory = "2G",
            Partition = "short",
            Options = ["--account=me"],
        }.For(Folder(), ["slim"]);
        foreach (
            var line in new[]
            {
                "#SBATCH --array=1-45",
                "#SBATCH --partition=short",
                "#SBATCH --account=me",
                "#SBATCH --requeue",
            }
        )
            Assert.Contains(line + "\n", script);
        var file = Write(script, "job.sh");
        using var shell = Process.Start("sh", $"-n {file}");
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
