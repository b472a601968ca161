using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>
/// The penalty on BatchNorm scales and the method that lowers it, as options of their own; they stand for regularisers.
/// </summary>
internal sealed class MethodArguments
{
    private readonly Option<string?> _penalty = new("--penalty")
    {
        Description = $"Penalty on the BatchNorm scales: {string.Join(", ", PenaltyKind.All.Select(k => k.Example))}.",
        HelpName = "PENALTY",
    };

    private readonly Option<double> _lambda = new("--lambda")
    {
        Description =
            "Its strength (published: 1e-4 for VGG at 160 epochs; shorter trainings need more; 'slim inspect RUN --lambda-range' helps).",
        HelpName = "λ",
    };

    private readonly Option<string> _method = Choices.Choice(
        "--method",
        "subgradient: λJ' joins the gradient, as published; prox: a proximal step after each step, zeros are exact; splitting: proximal network slimming with auxiliary scales; variational: Gaussian scales, no penalty.",
        "subgradient",
        "prox",
        "splitting",
        "variational"
    );

    private readonly Option<string> _proxStep = Choices.Choice(
        "--prox-step",
        "effective: learning rate/(1 − momentum), whose fixed points are those of loss + λJ; published: the bare learning rate.",
        "effective",
        "published"
    );

    private readonly Option<double?> _coupling = new("--beta")
    {
        Description = "β of splitting: how strongly scales and auxiliary scales are held together.",
        HelpName = "β",
    };

    private readonly Option<string?> _preset = Choices.Optional(
        "--preset",
        "The published l1, λ and β of splitting on CIFAR-10, by network.",
        [.. SplittingPreset.All.Select(p => p.Network)]
    );

    private readonly Option<double> _deviation = new("--sigma")
    {
        Description = "σ of variational scales at the start.",
        DefaultValueFactory = _ => new VariationalOptions().Deviation,
        HelpName = "σ",
    };

    private readonly Option<double> _deviationRate = new("--sigma-lr")
    {
        Description = "Learning rate of ln σ²; more than 0.01 lets σ run away on small sets.",
        DefaultValueFactory = _ => new VariationalOptions().Rate,
        HelpName = "RATE",
    };

    private readonly Option<double> _divergence = new("--kl-weight")
    {
        Description = "Weight of the variational prior; 1 is the evidence lower bound.",
        DefaultValueFactory = _ => new VariationalOptions().Weight,
        HelpName = "WEIGHT",
    };

    private readonly Option<double> _divergenceWarmUp = new("--kl-warmup")
    {
        Description = "Share of the training over which that weight rises from 0.",
        DefaultValueFactory = _ => new VariationalOptions().WarmUp,
        HelpName = "SHARE",
    };

    private readonly Option<double?> _target = new("--target-macs")
    {
        Description =
            "Steer λ until this share of multiply-adds would be left; --lambda, if given, is where it starts.",
        HelpName = "SHARE",
    };

    private readonly Option<double> _band = new("--accuracy-band")
    {
        Description = "Points that accuracy on training images may fall below its best while λ is steered.",
        DefaultValueFactory = _ => 3,
        HelpName = "POINTS",
    };

    /// <summary>All of them.</summary>
    internal IReadOnlyList<Option> All =>
        [
            _penalty,
            _lambda,
            _method,
            _proxStep,
            _coupling,
            _preset,
            _deviation,
            _deviationRate,
            _divergence,
            _divergenceWarmUp,
            _target,
            _band,
        ];

    internal void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>Penalty, λ and method as they were given, checked.</summary>
    internal EarlierOptions Get(ParseResult parsed)
    {
        var kind = Enum.Parse<EarlierMethodKind>(parsed.GetValue(_method)!, ignoreCase: true);
        var preset = SplittingPreset.All.FirstOrDefault(p => p.Network == parsed.GetValue(_preset));
        Refuse(preset is not null && kind != EarlierMethodKind.Splitting, "--preset goes with --method splitting.");
        Refuse(
            preset is not null && (parsed.Has(_penalty) || parsed.Has(_lambda) || parsed.Has(_coupling)),
            "--preset brings its own penalty, λ and β; leave out --penalty, --lambda and --beta."
        );
        Refuse(kind != EarlierMethodKind.Splitting && parsed.Has(_coupling), "--beta goes with --method splitting.");
        Refuse(kind != EarlierMethodKind.Prox && parsed.Has(_proxStep), "--prox-step goes with --method prox.");
        Refuse(
            kind != EarlierMethodKind.Variational
                && new Option[] { _deviation, _deviationRate, _divergence, _divergenceWarmUp }.Any(parsed.Has),
            "--sigma, --sigma-lr, --kl-weight and --kl-warmup go with --method variational."
        );
        var steering = Steering(parsed);
        var (text, lambda) = preset is null
            ? Penalty(parsed, kind, steering is not null)
            : (new L1().ToString(), preset.Lambda);
        var coupling = preset?.Coupling ?? parsed.GetValue(_coupling);
        Refuse(
            kind == EarlierMethodKind.Splitting && !(coupling > 0 && double.IsFinite(coupling.Value)),
            "--method splitting needs a positive --beta, such as --beta 100, or a --preset."
        );
        Refuse(steering is not null && text is null, "--target-macs needs a --penalty, such as --penalty tl1:a=1.");
        Refuse(steering is null && parsed.Has(_band), "--accuracy-band goes with --target-macs.");
        var variational =
            kind == EarlierMethodKind.Variational
                ? new VariationalOptions
                {
                    Deviation = parsed.GetValue(_deviation),
                    Rate = parsed.GetValue(_deviationRate),
                    Weight = parsed.GetValue(_divergence),
                    WarmUp = parsed.GetValue(_divergenceWarmUp),
                }
                : null;
        variational?.Check();
        return new()
        {
            Penalty = text,
            Lambda = lambda,
            Method = new()
            {
                Kind = kind,
                BareStep = parsed.GetValue(_proxStep) == "published",
                Coupling = kind == EarlierMethodKind.Splitting ? coupling : null,
                Variational = variational,
                Steering = steering,
            },
        };
    }

    internal static Penalty Parse(string text, double? lambda)
    {
        try
        {
            return Penalties.Penalty.Parse(text, lambda);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--penalty: {e.Message}");
        }
    }

    // The penalty as it was given, checked, and its strength; 0 where that is to be found.
    private (string? Text, double Lambda) Penalty(ParseResult parsed, EarlierMethodKind kind, bool steered)
    {
        var (text, lambda) = (parsed.GetValue(_penalty), parsed.GetValue(_lambda));
        Refuse(text is null && lambda != 0, "--lambda needs a --penalty, such as --penalty tl1:a=1.");
        Refuse(
            text is null && kind is (EarlierMethodKind.Prox or EarlierMethodKind.Splitting),
            $"--method {parsed.GetValue(_method)} needs a --penalty, such as --penalty l1."
        );
        Refuse(
            text is not null && kind == EarlierMethodKind.Variational,
            "--method variational has a prior in place of a penalty; leave out --penalty."
        );
        if (text is null)
            return (null, 0);
        var found = steered && lambda == 0;
        Refuse(
            !found && !(lambda > 0 && double.IsFinite(lambda)),
            "--penalty needs a positive --lambda, such as --lambda 1e-4."
        );
        return (Parse(text, found ? null : lambda).ToString(), lambda);
    }

    private SteeringOptions? Steering(ParseResult parsed)
    {
        if (parsed.GetValue(_target) is not { } target)
            return null;
        if (parsed.GetValue(_band) is not (> 0 and < 100) and var band)
            throw new UsageException($"--accuracy-band is {band} points, but must lie between 0 and 100.");
        var steering = new SteeringOptions { TargetMacs = target, AccuracyBand = parsed.GetValue(_band) / 100 };
        steering.Check();
        return steering;
    }

    private static void Refuse(bool wrong, string sentence)
    {
        if (wrong)
            throw new UsageException(sentence);
    }
}
