using System.CommandLine;
using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Cli;

/// <summary>Where samples are, and what is to be minimised over them.</summary>
internal sealed class LogisticArguments
{
    internal Argument<string> Data { get; } =
        new("DATA")
        {
            Description =
                "Samples with two classes: LIBSVM text (.libsvm, .svm, .txt) or CSV (.csv), with or without a header, also compressed (.gz).",
        };

    private readonly Option<string?> _label = new("--label")
    {
        Description = "CSV: the column of labels [default: label, class, target or y, else the last].",
        HelpName = "COLUMN",
    };
    private readonly Option<string?> _positive = new("--positive")
    {
        Description = "CSV: the label of the class +1 [default: the larger, or the last in the alphabet].",
        HelpName = "LABEL",
    };
    private readonly Option<string[]> _drop = new("--drop")
    {
        Description = "CSV: columns to leave out.",
        HelpName = "COLUMN",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string> _header = Choices.Choice(
        "--header",
        "CSV: whether the first row names the columns; auto: it does unless it holds only numbers, or labels that occur again below.",
        CsvHeader.Auto,
        CsvHeader.Yes,
        CsvHeader.No
    );
    private readonly Option<string> _penalty = new("--penalty")
    {
        Description =
            $"Penalty on the weights: {string.Join(", ", PenaltyKind.All.Select(k => k.Example))}, or firm:zeta=0.2.",
        DefaultValueFactory = _ => "l1",
        HelpName = "PENALTY",
    };
    private readonly Option<double> _l2 = new("--l2")
    {
        Description = "Strength of an additional ½‖w‖².",
        HelpName = "STRENGTH",
    };
    private readonly Option<bool> _noIntercept = new("--no-intercept") { Description = "Without an intercept." };
    private readonly Option<bool> _asIs = new("--no-standardize")
    {
        Description =
            "Take features as they are, instead of at the standard deviation 1 (weights are always reported for features as they are).",
    };
    private readonly Option<bool> _balanced = new("--balanced")
    {
        Description = "Let both classes weigh the same, however many samples they have.",
    };
    private readonly Option<double> _tolerance = new("--tolerance")
    {
        Description = "The stationarity residual to reach, as a share of the gradient where all weights are zero.",
        DefaultValueFactory = _ => new SolverOptions().Tolerance,
        HelpName = "SHARE",
    };
    private readonly Option<int> _iterations = new("--max-iterations")
    {
        Description = "Passes over the features, or steps, at most.",
        DefaultValueFactory = _ => new SolverOptions().MostIterations,
        HelpName = "N",
    };

    /// <summary>Options of reading files.</summary>
    internal void AddReadingTo(Command command)
    {
        command.Add(Data);
        foreach (var option in (Option[])[_label, _positive, _drop, _header])
            command.Add(option);
    }

    /// <summary>Options of fitting as well.</summary>
    internal void AddTo(Command command)
    {
        AddReadingTo(command);
        foreach (var option in (Option[])[_penalty, _l2, _noIntercept, _asIs, _balanced, _tolerance, _iterations])
            command.Add(option);
    }

    /// <summary>Reads the samples, and says what was found.</summary>
    internal LinearData Read(ParseResult parsed, Screen screen, LogisticModel? model = null)
    {
        var path = parsed.GetValue(Data)!;
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'.");
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        var isCsv = name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        if (!isCsv && (parsed.Has(_label) || parsed.Has(_positive) || parsed.Has(_drop) || parsed.Has(_header)))
            throw new UsageException(
                "--label, --positive, --drop and --header go with CSV files; LIBSVM files have their labels first."
            );
        var data = isCsv
            ? CsvTable.Read(
                path,
                parsed.GetValue(_label),
                parsed.GetValue(_positive),
                parsed.GetValue(_drop) ?? [],
                model,
                parsed.GetValue(_header)!
            )
            : LibsvmFile.Read(path, model?.Features.Length, model is null ? null : (model.Minus, model.Plus));
        foreach (var remark in data.Remarks)
            screen.Say(remark);
        return data;
    }

    /// <summary>The problem, and the factors of its features; null if these are as they were.</summary>
    internal (LogisticProblem Raw, LogisticProblem Problem, double[]? Factors) Problem(
        ParseResult parsed,
        LinearData data,
        Screen screen
    )
    {
        var penalty = MethodArguments.Parse(parsed.GetValue(_penalty)!, null);
        var raw = Checked(() =>
            new LogisticProblem(data.Features, data.Labels, penalty)
            {
                L2 = parsed.GetValue(_l2),
                HasIntercept = !parsed.GetValue(_noIntercept),
            }
        );
        if (parsed.GetValue(_balanced))
            raw = raw.WithBalancedClasses();
        var factors = Standardization.Factors(data.Features);
        string[] constant = [.. data.Names.Where((_, j) => factors[j] == 0)];
        if (constant.Length > 0)
            screen.Say(
                $"{Words.Count(constant.Length)} of {Words.Count(data.Names.Count)} features are constant and say nothing: {string.Join(", ", constant.Take(5))}{(constant.Length > 5 ? ", …" : "")}."
            );
        return parsed.GetValue(_asIs)
            ? (raw, raw, null)
            : (raw, raw.WithFeatures(data.Features.Scaled(factors)), factors);
    }

    internal SolverOptions Solver(ParseResult parsed, CancellationToken stop) =>
        Checked(() =>
            new SolverOptions
            {
                Tolerance = parsed.GetValue(_tolerance),
                MostIterations = parsed.GetValue(_iterations),
                Cancellation = stop,
            }
        );

    /// <summary>The penalty by the name that was typed; some have two.</summary>
    internal string Penalty(ParseResult parsed) => parsed.GetValue(_penalty)!;

    /// <summary>What a page is about.</summary>
    internal string Title(ParseResult parsed) => $"{Path.GetFileName(parsed.GetValue(Data))}, {Penalty(parsed)}";

    internal bool Standardizes(ParseResult parsed) => !parsed.GetValue(_asIs);

    /// <summary>Runs what refuses wrong input, whose sentence is for the one who typed it.</summary>
    internal static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }
}
