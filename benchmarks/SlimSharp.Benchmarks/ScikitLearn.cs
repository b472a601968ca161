using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace SlimSharp.Benchmarks;

/// <summary>scikit-learn in a process of its own, with one thread; times are its own, of the fit alone.</summary>
internal sealed class ScikitLearn : IDisposable
{
    private const string Interpreter = "/usr/bin/python3";
    private readonly Process _process;

    private ScikitLearn(Process process, string version) => (_process, Version) = (process, version);

    internal string Version { get; }

    /// <summary>Starts it; null where it is not installed.</summary>
    internal static ScikitLearn? Start()
    {
        if (!File.Exists(Interpreter))
            return null;
        var start = new ProcessStartInfo(Interpreter, [Path.Combine(AppContext.BaseDirectory, "logistic.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[name] = "1";
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return process.StandardOutput.ReadLine() is { } hello
            ? new(process, (string)JsonNode.Parse(hello)!["version"]!)
            : null;
    }

    /// <summary>Hands over features and labels.</summary>
    internal void Load(LogisticData data)
    {
        var folder = Directory.CreateTempSubdirectory("slimsharp-").FullName;
        Write("values", MemoryMarshal.AsBytes<double>(data.Values));
        Write("labels", MemoryMarshal.AsBytes<sbyte>(data.Labels));
        if (data.Starts.Length > 0)
        {
            Write("starts", MemoryMarshal.AsBytes<long>(data.Starts));
            Write("rows", MemoryMarshal.AsBytes<int>(data.RowIndices));
        }
        Ask(
            new()
            {
                ["folder"] = folder,
                ["rows"] = data.Features.Rows,
                ["columns"] = data.Features.Columns,
                ["sparse"] = data.Starts.Length > 0,
            }
        );
        Directory.Delete(folder, recursive: true);

        void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    /// <summary>Fits one β after the other.</summary>
    internal Fits Fit(
        string solver,
        double tolerance,
        int iterations,
        IEnumerable<double> betas,
        double? interceptScaling
    )
    {
        var answer = Ask(
            new()
            {
                ["solver"] = solver,
                ["tolerance"] = tolerance,
                ["iterations"] = iterations,
                ["betas"] = new JsonArray([.. betas.Select(b => (JsonNode)b)]),
                ["intercept"] = interceptScaling is not null,
                ["scaling"] = interceptScaling ?? 1,
            }
        );
        return new(
            (double)answer["seconds"]!,
            [.. answer["weights"]!.AsArray().Select(w => w!.AsArray().Select(v => (double)v!).ToArray())],
            [.. answer["intercepts"]!.AsArray().Select(v => (double)v!)]
        );
    }

    private JsonNode Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        return JsonNode.Parse(
            _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("scikit-learn has ended; see what it printed.")
        )!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(5000);
        _process.Dispose();
    }
}
