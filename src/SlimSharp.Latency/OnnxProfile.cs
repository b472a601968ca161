using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace SlimSharp.Latency;

/// <summary>What ONNX Runtime notes down of the operators that it runs.</summary>
internal static class OnnxProfile
{
    private const string Suffix = "_kernel_time";

    /// <summary>
    /// Ends it: run by run, the operators in the order in which they ran, each with its milliseconds.
    /// </summary>
    internal static List<List<(string Name, double Milliseconds)>> End(InferenceSession session)
    {
        var path = session.EndProfiling();
        try
        {
            return Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<List<(string Name, double Milliseconds)>> Read(string path)
    {
        var runs = new List<List<(string, double)>>();
        var run = new List<(string, double)>();
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            if (name.EndsWith(Suffix, StringComparison.Ordinal))
                run.Add((Plain(name[..^Suffix.Length]), entry.GetProperty("dur").GetInt64() / 1e3));
            else if (name == "SequentialExecutor::Execute")
            {
                runs.Add(run);
                run = [];
            }
        }
        return runs;
    }

    // The name of the node in the file; layers that run in one go stand under the last one's.
    private static string Plain(string name) => name.EndsWith("_nchwc", StringComparison.Ordinal) ? name[..^6] : name;
}
