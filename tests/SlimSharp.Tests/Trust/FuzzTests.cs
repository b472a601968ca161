using System.Diagnostics;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// Mutations of real files: every reader refuses with a sentence or reads, and neither crashes, hangs, takes more
/// memory than the file justifies, nor writes anything.
/// </summary>
public class FuzzTests
{
    private const int Few = 2_000;
    private const int Many = 18_000;
    private const long Slack = 4 << 20; // bytes that a reader may need for the smallest file
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly WrittenTable Table = new("fuzz.md");

    public static TheoryData<string> Names => [.. Reader.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_files_are_refused_or_read(string name) => Run(name, Few, seed: 1);

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Names))]
    public void Many_damaged_files_are_refused_or_read(string name)
    {
        var (refused, slowest, most, seconds) = Run(name, Many, seed: 2);
        Table.Add($"{name} | {Many:N0} | {refused:N0} | {slowest:N0} | {most / 1024:N0} | {seconds:N0}");
    }

    [Fact]
    public void Every_flipped_byte_of_a_slim_file_is_refused()
    {
        var reader = Reader.All.First(r => r.Name == ".slim");
        var (bytes, path) = (Reader.SlimBytes(), Path.Combine(Machine.Folder(), reader.FileName));
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= (byte)(1 << (i % 8)); // among them 0x20, which turns a space into nothing that JSON minds
            File.WriteAllBytes(path, damaged);
            var e = Assert.ThrowsAny<SlimSharpException>(() => reader.Read(path));
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        }
    }

    private static (int Refused, double Slowest, long Most, double Seconds) Run(string name, int cases, int seed)
    {
        var reader = Reader.All.First(r => r.Name == name);
        var seeds = reader.Seeds().ToArray();
        Assert.SkipWhen(seeds.Length == 0, $"There is no {name} file; set SLIMSHARP_DATA to the folder that holds it.");
        var (folder, random, watch) = (Machine.Folder(), new Random(seed), Stopwatch.StartNew());
        var path = Path.Combine(folder, reader.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var (refused, slowest, most) = (0, 0.0, 0L);
        foreach (var intact in seeds)
        {
            File.WriteAllBytes(path, intact);
            reader.Read(path);
        }
        for (var i = 0; i < cases; i++)
        {
            // Small files more often: they are as telling, and quicker.
            var bytes = Mutation.Of(seeds[i % 8 == 0 ? random.Next(seeds.Length) : 0], random);
            File.WriteAllBytes(path, bytes);
            var (was, begin) = (refused, Stopwatch.GetTimestamp());
            var task = Task.Run(() => Read(reader, path));
            Assert.True(task.Wait(Patience), $"{name}: no end after {Patience}; case {i} of seed {seed}, {path}");
            var (isRefused, allocated) = task.Result;
            refused += isRefused ? 1 : 0;
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            most = Math.Max(most, allocated);
            // What the file justifies, and never much more than the limit that is stated: what grows is allocated anew
            // and again.
            var justified = Math.Min(
                Slack + (long)reader.BytesPerByte * bytes.Length,
                3 * (ReadBudget.Floor + (long)ReadBudget.PerByte * bytes.Length)
            );
            Assert.True(
                allocated <= justified,
                $"{name}: {allocated} bytes for a file of {bytes.Length}; case {i} of seed {seed}, {path}"
            );
        }
        string[] expected = reader.Name.StartsWith("IDX", StringComparison.Ordinal)
            ? ["labels", reader.FileName]
            : [reader.FileName];
        Assert.Equal(
            expected.Order(),
            Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
                .Order()
        );
        return (refused, slowest, most, watch.Elapsed.TotalSeconds);
    }

    private static (bool Refused, long Allocated) Read(Reader reader, string path)
    {
        Threads.Count = 1;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = false;
        try
        {
            reader.Read(path);
        }
        catch (Exception e) when (Reader.IsRefusal(e))
        {
            refused = true;
            Assert.Contains(Path.GetFileName(path), e.Message, StringComparison.Ordinal);
        }
        return (refused, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
