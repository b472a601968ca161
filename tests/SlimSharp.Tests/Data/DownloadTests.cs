using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using SlimSharp.Data;

namespace SlimSharp.Tests.Data;

/// <summary>Downloads from a server of our own on the loopback address.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly HttpListener _server = new();
    private readonly string _root;
    private readonly Dictionary<string, byte[]> _files = [];
    private int _served;

    public DownloadTests()
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            _root = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        }
        _server.Prefixes.Add(_root);
        _server.Start();
        _ = Serve();
    }

    public void Dispose() => _server.Close();

    private async Task Serve()
    {
        while (_server.IsListening)
        {
            var context = await _server.GetContextAsync();
            _served++;
            if (_files.TryGetValue(context.Request.Url!.AbsolutePath, out var content))
                await context.Response.OutputStream.WriteAsync(content);
            else
                context.Response.StatusCode = 404;
            context.Response.Close();
        }
    }

    private DownloadFile Offer(string name, byte[] content, byte[] promised, bool unpacked)
    {
        _files["/" + name] = content;
        return new(new(_root + name), Convert.ToHexStringLower(SHA256.HashData(promised)), unpacked);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return packed.ToArray();
    }

    [Fact]
    public async Task What_is_fetched_is_checked_and_not_fetched_twice()
    {
        var folder = Path.Combine(Machine.Folder(), "new");
        byte[] content = [1, 2, 3];
        var set = new Download("set", [Offer("a.gz", Gzip(content), content, unpacked: true)]);
        await set.Fetch(folder, _ => { }, TestContext.Current.CancellationToken);
        await set.Fetch(folder, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(Gzip(content), File.ReadAllBytes(Path.Combine(folder, "a.gz")));
        Assert.Equal(1, _served);
    }

    [Fact]
    public async Task Something_else_than_was_published_is_refused_and_leaves_nothing()
    {
        var folder = Machine.Folder();
        var set = new Download("set", [Offer("a.bin", [1, 2, 4], [1, 2, 3], unpacked: false)]);
        var refusal = await Assert.ThrowsAsync<DataException>(() => set.Fetch(folder, _ => { }));
        Assert.Contains("its hash differs", refusal.Message);
        Assert.Empty(Directory.GetFiles(folder));
        var missing = new Download("set", [new(new(_root + "no"), "", false)]);
        Assert.Contains(
            "cannot be fetched",
            (await Assert.ThrowsAsync<DataException>(() => missing.Fetch(folder, _ => { }))).Message
        );
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Archives_are_unpacked_into_the_folder_and_nowhere_else()
    {
        using var tar = new MemoryStream();
        using (var writer = new System.Formats.Tar.TarWriter(tar, leaveOpen: true))
        {
            foreach (var name in new[] { "x/inside.bin", "../outside.bin" })
                writer.WriteEntry(
                    new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name)
                    {
                        DataStream = new MemoryStream([7]),
                    }
                );
        }
        var packed = Gzip(tar.ToArray());
        var folder = Path.Combine(Machine.Folder(), "deep");
        await new Download("set", [Offer("x.tar.gz", packed, packed, unpacked: false)]).Fetch(
            folder,
            _ => { },
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            ["inside.bin", "outside.bin", "x.tar.gz"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order()
        );
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!));
    }

    [Fact]
    public void Every_offered_set_names_its_files_and_hashes() =>
        Assert.All(
            Downloads.All.SelectMany(d => d.Files),
            f => Assert.Matches("^([0-9a-f]{64}|[0-9a-f]{32})$", f.Hash)
        );
}
