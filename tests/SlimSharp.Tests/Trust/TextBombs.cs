using System.IO.Compression;
using System.Text;

namespace SlimSharp.Tests.Trust;

/// <summary>Bombs that are text.</summary>
internal static class TextBombs
{
    internal static string OneIndex(string folder) => Write(folder, "x.libsvm", "-1 1000000000:1\n1 1:1\n");

    internal static string LargestIndex(string folder) => Write(folder, "x.libsvm", "-1 2147483647:1\n1 1:1\n");

    internal static string PackedSamples(string folder) =>
        Packed(folder, "x.libsvm.gz", "", "-1 1:1 2:1 3:1\n1 1:1 2:1 3:1\n", 2_000_000);

    internal static string PackedTable(string folder) =>
        Packed(folder, "x.csv.gz", "a,b,label\n", "1,2,0\n3,4,1\n", 4_000_000);

    internal static string WideTable(string folder)
    {
        const int Columns = 200_000;
        var text = new StringBuilder("label");
        for (var j = 0; j < Columns; j++)
            text.Append($",c{j}");
        for (var i = 0; i < 4; i++)
        {
            text.Append($"\n{i % 2}");
            for (var j = 0; j < Columns; j++)
                text.Append(
                    j % 7 == 3 ? ",5"
                    : (i * 31 + j) % 3 == 0 ? ",1"
                    : ",0"
                );
        }
        return Write(folder, "x.csv", text.Append('\n').ToString());
    }

    internal static string Sweep(string folder) => Write(folder, "x.toml", Grid(""));

    internal static string EmptySweep(string folder) => Write(folder, "x.toml", Grid("unless = [{ epochs = 1 }]\n"));

    private static string Grid(string more)
    {
        string[] keys = ["lambda", "lr", "width", "batch", "seed", "rewind", "beta", "sigma", "weight-decay"];
        var grid = string.Join('\n', keys.Select(k => $"{k} = [{string.Join(", ", Enumerable.Range(1, 10))}]"));
        return $"name = \"x\"\n[[stage]]\ncommand = \"train\"\n{more}[stage.options]\nepochs = 1\n[stage.grid]\n{grid}\n";
    }

    private static string Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Packed(string folder, string name, string head, string part, int times)
    {
        var path = Path.Combine(folder, name);
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write(Encoding.ASCII.GetBytes(head));
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(part, 1000)));
        for (var i = 0; i < times / 1000; i++)
            stream.Write(block);
        return path;
    }
}
