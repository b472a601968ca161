using System.CommandLine;
using System.Globalization;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Models;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>Options that say how to train; the defaults are the published ones.</summary>
internal sealed class TrainingArguments
{
    private readonly Option<int> _epochs = new("--epochs")
    {
        Description = "Passes over the training images (published: 160).",
        DefaultValueFactory = _ => 160,
        HelpName = "N",
    };
    private readonly Option<int> _batch = new("--batch")
    {
        Description = "Images per step.",
        DefaultValueFactory = _ => 64,
        HelpName = "N",
    };
    private readonly Option<int> _accumulate = new("--accumulate")
    {
        Description =
            "Run each batch in so many parts before the step: less memory, the same step, but that BatchNorm sees a part.",
        DefaultValueFactory = _ => 1,
        HelpName = "PARTS",
    };
    private readonly Option<double?> _rate = new("--lr")
    {
        Description = "Initial learning rate [default: 0.1 for sgd, 0.001 for adamw].",
        HelpName = "RATE",
    };
    private readonly Option<string> _schedule;
    private readonly Option<string?> _steps = new("--steps")
    {
        Description =
            "With --schedule step, the proportions of the training at the rate, at a tenth and at a hundredth of it, such as 60,40,40 or 24,1 [default: 2,1,1].",
        HelpName = "N,N,N",
    };
    private readonly Option<double> _warmUp = new("--warmup")
    {
        Description = "Share of the training over which the rate rises from 0.",
        HelpName = "SHARE",
    };
    private readonly Option<string> _optimizer = new("--optimizer")
    {
        Description =
            "sgd, adamw, or a chain of rules with spaces between: "
            + string.Join(", ", OptimizerRuleKind.All.Select(k => $"{k.Example} ({k.Title})"))
            + ". With of, a rule is for roles (weight, bias, scale, gain, shift) or names with *; ! before them means all"
            + " others.",
        DefaultValueFactory = _ => "sgd",
        HelpName = "RULES",
    };
    private readonly Option<double> _momentum = new("--momentum")
    {
        Description = "Momentum of sgd.",
        DefaultValueFactory = _ => 0.9,
    };
    private readonly Option<bool> _nesterov = new("--nesterov") { Description = "Nesterov's momentum." };
    private readonly Option<double?> _decay = new("--weight-decay")
    {
        Description = "Decay of all parameters [default: 1e-4 for sgd, 1e-2 for adamw].",
    };
    private readonly Option<bool> _keepScales = new("--no-scale-decay")
    {
        Description = "No weight decay on BatchNorm scales (published: the same as on all else).",
    };
    private readonly Option<double> _begin = new("--rewind")
    {
        Description =
            "Begin with the learning rates that a training has at this share of it, such as those of its last epochs.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _clip = new("--clip")
    {
        Description = "Scale gradients down to this joint norm.",
        HelpName = "NORM",
    };
    private readonly Option<double> _smoothing = new("--label-smoothing")
    {
        Description = "Share of each label spread over all classes.",
        HelpName = "SHARE",
    };
    private readonly Option<string?> _augment = Choices.Optional(
        "--augment",
        "How training images are changed at random: crop shifts by up to 4 pixels (padded with black, cropped back), flip mirrors half of them left to right, or both, or none [default: crop-flip; crop for sets known to be digits or letters, which mirroring would make others].",
        "crop-flip",
        "crop",
        "flip",
        "none"
    );
    private readonly Option<string> _keep = Choices.Choice(
        "--keep",
        "The epoch to keep: the last, or the best on validation images.",
        "last",
        "best"
    );
    private readonly Option<string> _precision = Choices.Choice(
        "--precision",
        "The data type of convolutions; everything else is at least float32.",
        "float32",
        "bfloat16",
        "float64"
    );
    private readonly Option<string?> _without = new("--without")
    {
        Description = $"Fast paths not to take, with commas between: {string.Join(", ", FastPaths.Names)}.",
        HelpName = "LIST",
    };
    private readonly Option<long> _seed = new("--seed")
    {
        Description = "What every random choice is a function of.",
        HelpName = "N",
    };

    /// <param name="schedules">
    /// What a command has besides the ways a learning rate falls: names, and what is meant.
    /// </param>
    internal TrainingArguments(params IEnumerable<(string Name, string Title)> schedules) =>
        _schedule = Choices.Choice(
            "--schedule",
            $"How the learning rate falls: {string.Join("; ", LearningRate.All.Select(r => $"{r.Key}, {r.Value.InWords()}"))}."
                + string.Concat(schedules.Select(s => $" Or {s.Name}: {s.Title}.")),
            ["step", .. LearningRate.All.Keys.Where(k => k != "step").Order(), .. schedules.Select(s => s.Name)]
        );

    /// <summary>The word of --schedule.</summary>
    internal string Schedule(ParseResult parsed) => parsed.GetValue(_schedule)!;

    /// <summary>True if --epochs was typed.</summary>
    internal bool HasEpochs(ParseResult parsed) => parsed.Has(_epochs);

    internal void AddTo(Command command)
    {
        foreach (
            var option in (Option[])
                [
                    _epochs,
                    _batch,
                    _accumulate,
                    _rate,
                    _schedule,
                    _steps,
                    _warmUp,
                    _optimizer,
                    _momentum,
                    _nesterov,
                    _decay,
                    _keepScales,
                    _begin,
                    _clip,
                    _smoothing,
                    _augment,
                    _keep,
                    _precision,
                    _without,
                    _seed,
                ]
        )
            command.Add(option);
    }

    internal Precision Precision(ParseResult parsed) =>
        parsed.GetValue(_precision) switch
        {
            "bfloat16" => Models.Precision.BFloat16,
            "float64" => Models.Precision.Float64,
            _ => Models.Precision.Float32,
        };

    internal string[] Without(ParseResult parsed) => FastPaths.Parse(parsed.GetValue(_without));

    internal TrainingOptions Get(ParseResult parsed, DataOptions data)
    {
        var optimizer = Optimizer(parsed);
        var usual = optimizer.Rules.Any(r => r is AdamMoments) ? 0.001 : 0.1;
        var (rate, warmUp) = (parsed.GetValue(_rate) ?? usual, parsed.GetValue(_warmUp));
        var begin = parsed.GetValue(_begin);
        var augment = parsed.GetValue(_augment) ?? (DataSource.ShowsCharacters(data) ? "crop" : "crop-flip");
        var options = new TrainingOptions
        {
            Epochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batch),
            // In files, 0 is what those say that are older than the option.
            Accumulate = parsed.GetValue(_accumulate) is not 0 and var parts
                ? parts
                : throw new UsageException("--accumulate is 0, but must be 1 or more."),
            LearningRate = Rate(parsed) with { Initial = rate, WarmUp = warmUp, Begin = begin },
            Optimizer = optimizer,
            Augmentation = new(
                augment.Contains("crop", StringComparison.Ordinal) ? 4 : 0,
                augment.Contains("flip", StringComparison.Ordinal)
            ),
            Seed = parsed.GetValue(_seed),
            ClipNorm = parsed.GetValue(_clip),
            LabelSmoothing = parsed.GetValue(_smoothing),
            KeepBest = parsed.GetValue(_keep) == "best",
        };
        options.Check();
        return options;
    }

    private LearningRate Rate(ParseResult parsed)
    {
        var schedule = Schedule(parsed);
        if (parsed.GetValue(_steps) is not { } steps)
            return LearningRate.All.GetValueOrDefault(schedule) ?? new StepDecay();
        if (schedule != "step")
            throw new UsageException($"--steps goes with --schedule step, not {schedule}.");
        int[] parts =
        [
            .. steps
                .Split(',')
                .Select(t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1),
        ];
        return parts is [> 0, ..] and { Length: <= 3 } && parts.All(p => p is >= 0 and <= 1_000_000)
            ? new StepDecay().In(parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2))
            : throw new UsageException(
                $"--steps {steps}: give one to three whole numbers with commas between, the first above 0, as in 60,40,40."
            );
    }

    /// <summary>What options for single rules stand for, in a sentence; null if none of them was typed.</summary>
    internal string? Meaning(ParseResult parsed)
    {
        string[] typed =
        [
            .. ((Option[])[_momentum, _nesterov, _decay, _keepScales]).Where(parsed.Has).Select(o => o.Name),
        ];
        return typed.Length == 0
            ? null
            : $"{Words.List(typed)} {(typed.Length == 1 ? "stands" : "stand")} for --optimizer '{Optimizer(parsed)}'";
    }

    private Optimizer Optimizer(ParseResult parsed)
    {
        var text = parsed.GetValue(_optimizer)!.Trim();
        switch (text)
        {
            case "sgd":
                return new Sgd
                {
                    Momentum = parsed.GetValue(_momentum),
                    Nesterov = parsed.GetValue(_nesterov),
                    WeightDecay = parsed.GetValue(_decay) ?? 1e-4,
                    DecayScales = !parsed.GetValue(_keepScales),
                    Fused = FastPaths.FusesOptimizer(Without(parsed)),
                };
            case "adamw":
                parsed.Refuse("goes with --optimizer sgd; adamw has its own moments", _momentum, _nesterov);
                return new AdamW
                {
                    WeightDecay = parsed.GetValue(_decay) ?? 1e-2,
                    DecayScales = !parsed.GetValue(_keepScales),
                };
        }
        parsed.Refuse("goes with sgd or adamw; in a chain, it is a rule", _momentum, _nesterov, _decay, _keepScales);
        try
        {
            return Training.Optimizer.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--optimizer: {e.Message}");
        }
    }
}
