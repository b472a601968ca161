using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SlimSharp.Linear;

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

/// <summary>Solutions of several β, and the seconds that they took together.</summary>
internal sealed record Fits(double Seconds, double[][] Weights, double[] Intercepts);

/// <summary>A set, scaled to the standard deviation 1 (dense ones centred as well), in the form that both sides are handed.</summary>
internal sealed record LogisticData(
    string Name,
    DesignMatrix Features,
    sbyte[] Labels,
    double[] Values,
    long[] Starts,
    int[] RowIndices
)
{
    internal static LogisticData Read(string path, string name)
    {
        var data = LibsvmFile.Read(path);
        var (raw, factors) = (data.Features, Standardization.Factors(data.Features));
        if (raw is DenseMatrix)
        {
            var values = new double[(long)raw.Rows * raw.Columns];
            for (var j = 0; j < raw.Columns; j++)
            {
                var column = values.AsSpan(j * raw.Rows, raw.Rows);
                raw.Add(j, factors[j], column);
                var mean = raw.Moments(j).Mean * factors[j];
                foreach (ref var value in column)
                    value -= factors[j] == 0 ? 0 : mean;
            }
            return new(name, new DenseMatrix(raw.Rows, raw.Columns, values), data.Labels, values, [], []);
        }
        var (starts, rows, numbers) = ((SparseMatrix)raw).ToArrays();
        for (var j = 0; j < raw.Columns; j++)
        {
            for (var k = starts[j]; k < starts[j + 1]; k++)
                numbers[k] *= factors[j];
        }
        return new(
            name,
            new SparseMatrix(raw.Rows, raw.Columns, starts, rows, numbers),
            data.Labels,
            numbers,
            starts,
            rows
        );
    }
}
