using System.Diagnostics;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>A disk that is full before the first checkpoint.</summary>
[Collection(nameof(Alone))]
public class FullDiskTests
{
    [Fact]
    public async Task A_run_whose_first_checkpoint_has_no_room_stays_and_goes_on_when_there_is_some()
    {
        var disk = Machine.Folder();
        Assert.SkipUnless(
            Mounted("-t", "tmpfs", "-o", "size=40k", "tmpfs", disk),
            "Only root can mount a file system."
        );
        try
        {
            var run = Path.Combine(disk, "run");
            var (code, _, error) = await Slim.Run(TrainFor("1", run));
            Assert.Equal(2, code);
            Assert.Contains("free space", error);
            Assert.Contains($"'{run}' keeps its options, but nothing of its training yet.", error);
            Assert.Contains($"slim train --resume {run}", error);
            Assert.True(Mounted("-o", "remount,size=64m", disk));
            Assert.Equal(0, (await Slim.Run("train", "--resume", run)).Code);
            Assert.True(File.Exists(Path.Combine(run, "model.slim")));
        }
        finally
        {
            using var unmount = Process.Start("umount", [disk]);
            await unmount.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static bool Mounted(params string[] arguments)
    {
        using var mount = Process.Start("mount", arguments);
        mount.WaitForExit();
        return mount.ExitCode == 0;
    }
}
