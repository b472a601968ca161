using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Data;

/// <summary>Reading that is stopped ends soon, whatever is read; nothing calls that a damaged file.</summary>
[Collection(nameof(Alone))]
public class StopTests
{
    private const int Many = 3000; // pictures, which take minutes
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    // Large pictures, all of them links to one.
    private static readonly Lazy<string> Decoded = new(() =>
    {
        const int Side = 1500;
        var folder = Machine.Folder();
        var picture = Path.Combine(folder, "picture.png");
        File.WriteAllBytes(picture, Pictures.Png(Side, Side, new byte[3 * Side * Side]));
        foreach (var place in (string[])["train/a", "train/b", "test/a"])
        {
            Directory.CreateDirectory(Path.Combine(folder, place));
            for (var i = 0; i < (place == "train/a" ? Many : 1); i++)
                File.CreateSymbolicLink(Path.Combine(folder, place, $"{i}.png"), picture);
        }
        return folder;
    });

    public static TheoryData<string> Kinds => ["pictures", "tar.gz", "idx", "idx.gz", "records", "cifar10", "svhn"];

    private static DataOptions Data(string kind)
    {
        var folder = Machine.Folder();
        string At(string name) => Path.Combine(folder, name);
        switch (kind)
        {
            case "pictures":
            case "tar.gz":
                Directory.CreateDirectory(At("train/a"));
                File.WriteAllBytes(At("train/a/0.png"), Pictures.Png(2, 2, new byte[12]));
                if (kind == "pictures")
                    break;
                using (var gzip = new GZipStream(File.Create(At("train.tar.gz")), CompressionLevel.Fastest))
                    TarFile.CreateFromDirectory(At("train"), gzip, includeBaseDirectory: false);
                return new() { Path = At("train.tar.gz") };
            case "idx":
                Idx.Write(folder, "train", new("a", new(1, 2, 2), new byte[8], [0, 1], ["0", "1"]));
                break;
            case "idx.gz":
                return new() { Path = Machine.SamplePath };
            case "records":
                File.WriteAllBytes(At("a.bin"), new byte[10]);
                return new() { Path = At("a.bin"), Records = new Shape(1, 2, 2) };
            case "cifar10":
                File.WriteAllBytes(At("test_batch.bin"), new byte[2 * 3073]);
                break;
            default:
                File.WriteAllBytes(
                    At("test_32x32.mat"),
                    Matlab.File(
                        Matlab.Packed(Matlab.Matrix("X", [32, 32, 3, 1], 2, new byte[3072])),
                        Matlab.Matrix("y", [1, 1], 2, [3])
                    )
                );
                break;
        }
        return new() { Path = folder };
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_reader_asks_whether_it_is_to_stop(string kind)
    {
        var options = Data(kind) with { Validation = 0 };
        Assert.NotNull(DataSource.Read(options));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => DataSource.Read(options with { Cancellation = stop.Token }));
    }

    [Fact]
    public void A_file_that_is_read_in_one_piece_is_left_in_the_middle()
    {
        const int Length = 100_000_000;
        using var stop = new CancellationTokenSource();
        using var stream = new StoppableStream(new Tap(Length, at: Length / 2, stop.Cancel), stop.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => stream.ReadExactly(new byte[Length]));
        Assert.InRange(stream.Position, Length / 2, Length * 3 / 4);
    }

    [Fact]
    public void Decoding_ends_soon()
    {
        SkipOnWindows();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            DataSource.Read(
                new()
                {
                    Path = Decoded.Value,
                    Size = 8,
                    Cancellation = stop.Token,
                }
            )
        );
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), Soon);
    }

    [Fact]
    public void A_training_that_is_told_to_end_while_it_decodes_ends_soon_and_can_be_gone_on_with()
    {
        SkipOnWindows();
        var run = Path.Combine(Machine.Folder(), "run");
        string[] options = ["--model", "vgg11", "--width", "0.05", "--data", Decoded.Value, "--size", "32"];
        string[][] commands =
        [
            ["train", .. options, "--epochs", "1", "--threads", "1", "--out", run],
            ["train", "--resume", run, "--threads", "1"],
        ];
        foreach (var command in commands)
        {
            using var process = Machine.StartSlim(command);
            while (!File.Exists(Path.Combine(run, "run.json")) && !process.HasExited)
                Thread.Sleep(5);
            Thread.Sleep(command[1] == "--resume" ? 3000 : 1500); // it decodes by then, and for minutes
            var watch = Stopwatch.StartNew();
            Process.Start("kill", $"-TERM {process.Id}").WaitForExit();
            var (code, output, error) = Machine.Run(process);
            Assert.Equal((75, ""), (code, error));
            Assert.Contains($"before anything was trained. Go on with: slim train --resume {run}", output);
            Assert.True(watch.Elapsed < Soon, $"{watch.Elapsed}");
        }
    }

    [Fact]
    public void An_evaluation_ends_between_two_batches()
    {
        var folder = Machine.Folder();
        Small.File(Path.Combine(folder, "model.slim"));
        Small.Images(folder);
        using var file = SlimSharp.Formats.SlimFile.Load(Path.Combine(folder, "model.slim"));
        using var model = file.ToModel();
        var set = DataSource.Read(new() { Path = folder }).Test!;
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            SlimSharp.Training.Evaluation.Of(model, set, Normalization.Of(set), stop.Token)
        );
    }

    private static void SkipOnWindows() =>
        Assert.SkipWhen(
            OperatingSystem.IsWindows(),
            "Windows has no such signal, and asks for a privilege to make links."
        );

    /// <summary>Zeros, and something that happens at one of them.</summary>
    private sealed class Tap(long length, long at, Action happens) : ReadOnlyStream(Null)
    {
        private long _read;

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override long Length => length;

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - _read);
            if (_read < at && _read + count >= at)
                happens();
            _read += count;
            return count;
        }
    }
}
