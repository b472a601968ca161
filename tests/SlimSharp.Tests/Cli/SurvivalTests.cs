using System.Diagnostics;
using SlimSharp.Data;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>Runs that are killed at random instants, and disks that are full.</summary>
[Trait("Length", "long")]
[Collection(nameof(Alone))]
public class SurvivalTests
{
    private const int Kills = 6;

    private static readonly Lazy<string> Data = new(() =>
    {
        var sample = DataSource.Read(new() { Path = Machine.SamplePath, Validation = 0 });
        var folder = Path.Combine(Machine.Folder(), "fashion");
        Idx.Write(folder, "train", sample.Train!.Subset([.. Enumerable.Range(0, 1200)]));
        return folder;
    });

    private static string[] Train(string output, string method) =>
        [
            .. $"train --model vgg11 --width 0.1 --pad 32 --threads 1 --epochs 16 --keep best --data {Data.Value} {method} --out {output}".Split(
                ' ',
                StringSplitOptions.RemoveEmptyEntries
            ),
        ];

    private static string Hash(string folder)
    {
        using var model = SlimSharp.Formats.SlimFile.Load(Path.Combine(folder, "model.slim"));
        return model.Weights.Hash();
    }

    [Theory]
    [InlineData("")]
    [InlineData("--penalty tl1:a=1 --lambda 1e-3 --optimizer adamw --schedule cosine")]
    [InlineData("--method prox --penalty l1 --lambda 0.01 --target-macs 0.5")]
    [InlineData("--method splitting --penalty l1 --lambda 5 --beta 100")]
    [InlineData("--method variational --kl-weight 0.01")]
    public void A_run_killed_again_and_again_ends_with_the_same_weights(string method)
    {
        var folder = Machine.Folder();
        var (whole, killed) = (Path.Combine(folder, "whole"), Path.Combine(folder, "killed"));
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Machine.RunSlim(Train(whole, method)).Code);
        var length = watch.Elapsed;
        var random = new Randomness(Randomness.Name(method));
        var kills = 0;
        for (var attempt = 0; kills < Kills && !File.Exists(Path.Combine(killed, "model.slim")); attempt++)
        {
            Assert.True(attempt < 40);
            using var process = Machine.StartSlim(
                kills % 2 == 0 && File.Exists(Path.Combine(killed, "run.json"))
                    ? ["train", "--resume", killed]
                    : Train(killed, method)
            );
            if (kills == 0)
            {
                while (!Directory.Exists(killed))
                    Thread.SpinWait(100); // in the first millisecond of the run
            }
            // At any instant from its start on.
            else if (process.WaitForExit(500 + (int)(random.NextDouble() * length.TotalMilliseconds / 6)))
                continue;
            process.Kill();
            process.WaitForExit();
            kills++;
        }
        Assert.Equal(Kills, kills);
        // In the last milliseconds: the model is there, or about to be.
        using (var process = Machine.StartSlim(Train(killed, method)))
        {
            while (!File.Exists(Path.Combine(killed, "model.slim")) && !process.HasExited)
                Thread.SpinWait(100);
            process.Kill();
            process.WaitForExit();
        }
        if (!RunFolder.Open(killed).IsComplete)
        {
            var (code, output, error) = Machine.RunSlim("train", "--resume", killed);
            Assert.True(code == 0, output + error);
        }
        KilledRunTests.AssertIsWhole(killed, whole);
    }

    [Fact]
    public void A_full_disk_loses_nothing_that_was_finished()
    {
        var disk = Machine.Folder();
        using (var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]))
        {
            mount.WaitForExit();
            Assert.SkipUnless(mount.ExitCode == 0, "A small file system can be mounted by root only.");
        }
        try
        {
            var (run, precious) = (Path.Combine(disk, "run"), Path.Combine(disk, "precious"));
            File.WriteAllBytes(precious, new byte[1_000_000]);
            var (code, _, error) = Machine.RunSlim(Train(run, ""));
            Assert.Equal(2, code);
            Assert.Contains("free space", error);
            Assert.Single(error.Trim().Split('\n'));
            Assert.Equal(1_000_000, new FileInfo(precious).Length);
            using (var grow = Process.Start("mount", ["-o", "remount,size=64m", disk]))
                grow.WaitForExit();
            var again = Machine.RunSlim(
                File.Exists(Path.Combine(run, "run.json")) ? ["train", "--resume", run] : Train(run, "")
            );
            Assert.True(again.Code == 0, again.Output + again.Error);
            var whole = Path.Combine(Machine.Folder(), "whole");
            Assert.Equal(0, Machine.RunSlim(Train(whole, "")).Code);
            Assert.Equal(Hash(whole), Hash(run));
        }
        finally
        {
            using var unmount = Process.Start("umount", [disk]);
            unmount.WaitForExit();
        }
    }
}
