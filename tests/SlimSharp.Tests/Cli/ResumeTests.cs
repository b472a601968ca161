using System.Text.Json.Nodes;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>A run that was ended ends the same when it is gone on with.</summary>
[Collection(nameof(Alone))]
public class ResumeTests
{
    [Fact]
    public async Task Two_runs_of_one_command_write_the_same_weights()
    {
        async Task<string> Hash(params string[] more)
        {
            var folder = Path.Combine(Machine.Folder(), "a");
            Assert.Equal(0, (await Slim.Run(Train(folder, more))).Code);
            using var file = SlimSharp.Formats.SlimFile.Load(Path.Combine(folder, "model.slim"));
            return file.Weights.Hash();
        }
        Assert.Equal(await Hash("--seed", "4"), await Hash("--seed", "4"));
        Assert.NotEqual(await Hash("--seed", "4"), await Hash("--seed", "5"));
    }

    [Fact]
    public async Task A_run_ended_by_a_signal_resumes_to_the_same_weights()
    {
        var folder = Machine.Folder();
        var (whole, stopped) = (Path.Combine(folder, "whole"), Path.Combine(folder, "stopped"));
        Assert.Equal(0, (await Slim.Run(TrainFor("12", whole))).Code);

        using var process = Machine.StartSlim(TrainFor("12", stopped));
        while (!File.Exists(Path.Combine(stopped, "last.slim")) && !process.HasExited)
            Thread.Sleep(5);
        System.Diagnostics.Process.Start("kill", $"-TERM {process.Id}").WaitForExit();
        var (code, output, error) = Machine.Run(process);
        Assert.Equal((75, ""), (code, error));
        Assert.Contains($"slim train --resume {stopped}", output);
        Assert.Equal(0, (await Slim.Run("train", "--resume", stopped)).Code);
        using var a = SlimSharp.Formats.SlimFile.Load(Path.Combine(whole, "model.slim"));
        using var b = SlimSharp.Formats.SlimFile.Load(Path.Combine(stopped, "model.slim"));
        Assert.Equal(a.Weights.Hash(), b.Weights.Hash());
        Assert.Equal(2, (await Slim.Run("train", "--resume", stopped)).Code);
    }

    [Fact]
    public async Task A_killed_run_resumes_to_the_same_weights()
    {
        var folder = Machine.Folder();
        var (whole, killed) = (Path.Combine(folder, "whole"), Path.Combine(folder, "killed"));
        Assert.Equal(0, (await Slim.Run(TrainFor("5", whole))).Code);
        using var process = Machine.StartSlim(TrainFor("5", killed));
        while (!File.Exists(Path.Combine(killed, "last.slim")) && !process.HasExited)
            Thread.Sleep(5);
        process.Kill();
        process.WaitForExit();
        if (!File.Exists(Path.Combine(killed, "model.slim")))
            Assert.Equal(0, (await Slim.Run("train", "--resume", killed)).Code);
        using var a = SlimSharp.Formats.SlimFile.Load(Path.Combine(whole, "model.slim"));
        using var b = SlimSharp.Formats.SlimFile.Load(Path.Combine(killed, "model.slim"));
        Assert.Equal(a.Weights.Hash(), b.Weights.Hash());
    }

    [Fact]
    public async Task A_damaged_checkpoint_falls_back_to_the_one_before()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        await Json(TrainFor("3", folder));
        string At(string name) => Path.Combine(folder, name);
        string Hash()
        {
            using var model = SlimSharp.Formats.SlimFile.Load(At("model.slim"));
            return model.Weights.Hash();
        }
        var expected = Hash();
        var bytes = File.ReadAllBytes(At("last.slim"));
        bytes[^5] ^= 1;
        var left = At($"last.slim.{Machine.GoneProcess()}.tmp");
        foreach (var damage in new[] { bytes, bytes[..1000], null })
        {
            if (damage is null)
                File.Delete(At("last.slim")); // killed between two renames
            else
                File.WriteAllBytes(At("last.slim"), damage);
            File.WriteAllBytes(left, [1]);
            File.Delete(At("model.slim"));
            var (code, output, error) = await Slim.Run("train", "--resume", folder);
            Assert.Equal((0, ""), (code, error));
            Assert.Equal(damage is not null, output.Contains("going on from the checkpoint before it"));
            Assert.Equal(expected, Hash());
            Assert.False(File.Exists(left));
        }
        File.Delete(At("model.slim"));
        File.WriteAllBytes(At("last.slim"), bytes[..1000]);
        File.WriteAllBytes(At("former.slim"), bytes[..1000]);
        Assert.Equal(2, (await Slim.Run("train", "--resume", folder)).Code);
    }
}
