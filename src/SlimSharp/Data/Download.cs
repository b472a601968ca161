using System.Formats.Tar;
using System.IO.Compression;

namespace SlimSharp.Data;

/// <summary>A set that can be fetched from where it is published.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Files">What is fetched.</param>
public sealed record Download(string Name, IReadOnlyList<DownloadFile> Files)
{
    /// <summary>
    /// Fetches all files into <paramref name="folder"/>, each checked before it gets its name; files that are there and
    /// right stay.
    /// </summary>
    /// <exception cref="DataException">A file cannot be fetched, or is not what it should be.</exception>
    public async Task Fetch(string folder, Action<string> say, CancellationToken stop = default)
    {
        OutputPath.MakeFolder(folder);
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(30) };
        foreach (var file in Files)
        {
            var path = Path.Combine(folder, Path.GetFileName(file.Address.LocalPath));
            if (!File.Exists(path) || !file.Matches(path))
            {
                say($"fetching {file.Address}");
                await Fetch(client, file, path, stop).ConfigureAwait(false);
            }
            if (path.EndsWith(".tar.gz", StringComparison.Ordinal))
                Extract(path, folder);
        }
        say($"{Name} is in {folder}");
    }

    private static async Task Fetch(HttpClient client, DownloadFile file, string path, CancellationToken stop)
    {
        var temporary = path + ".part";
        try
        {
            await using (var target = File.Create(temporary))
            {
                await using var source = await client.GetStreamAsync(file.Address, stop).ConfigureAwait(false);
                await source.CopyToAsync(target, stop).ConfigureAwait(false);
            }
            if (!file.Matches(temporary))
                throw new DataException(
                    $"{file.Address}: what came is not the file that was published (its hash differs). Try again later."
                );
            File.Move(temporary, path, overwrite: true);
        }
        catch (HttpRequestException e)
        {
            throw new DataException(
                $"{file.Address}: cannot be fetched ({e.Message.TrimEnd('.')}). Without a network, bring the file to {path} yourself.",
                e
            );
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Only plain files are taken, under their last name: nothing is written outside the folder.
    private static void Extract(string path, string folder)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not null)
                entry.ExtractToFile(Path.Combine(folder, Path.GetFileName(entry.Name)), overwrite: true);
        }
    }
}
