using System.CommandLine;
using System.Globalization;
using SlimSharp.Experiments;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>What rounds of cutting reach, and what channels are judged by in them.</summary>
internal sealed class RoundArguments
{
    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How many rounds [--schedule early-bird: 1].",
        DefaultValueFactory = _ => 3,
        HelpName = "K",
    };
    private readonly Option<double?> _macs = new("--macs")
    {
        Description = "Share of the multiply-adds that is left in the end.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _parameters = new("--params")
    {
        Description = "Share of the parameters that is left in the end.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _ratio = new("--ratio")
    {
        Description = "Share of the channels that is gone in the end; each round removes as many.",
        HelpName = "SHARE",
    };
    private readonly Option<string?> _gone = new("--gone")
    {
        Description =
            "Share of the channels that is gone after each round, as in 0.1,0.5,0.8; in place of --ratio and --rounds.",
        HelpName = "SHARE,…",
    };
    private readonly Option<string> _order = Choices.Choice(
        "--order",
        "With --ratio: equal, each round removes as many channels; published, most go first, as in OrthoReg's released code.",
        "equal",
        "published"
    );
    private readonly Option<string> _criterion = Choices.Choice(
        "--criterion",
        "What channels are judged by, as in slim prune; measured anew before each cut.",
        [.. CriterionKind.All.Select(k => k.Name)]
    );
    private readonly Option<string?> _cap = new("--cap")
    {
        Description = "The most that may go of a layer in all rounds together, as in slim prune.",
        HelpName = "SHARE",
    };
    private readonly Option<bool> _recalibrate = new("--recalibrate")
    {
        Description = "Take BatchNorm statistics anew after every cut.",
    };
    private readonly Option<int> _images = new("--images")
    {
        Description = "Training images to recalibrate with and to measure a criterion on.",
        DefaultValueFactory = _ => 2048,
        HelpName = "N",
    };

    internal void AddTo(Command command)
    {
        foreach (
            var option in (Option[])
                [_rounds, _macs, _parameters, _ratio, _gone, _order, _criterion, _cap, _recalibrate, _images]
        )
            command.Add(option);
    }

    /// <summary>The options that were given, without trainings.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="once">Whether the schedule cuts but once.</param>
    internal IterationOptions Get(ParseResult parsed, bool once)
    {
        var targets = Targets(parsed, once);
        var options = new IterationOptions
        {
            Targets = targets,
            Plan = new()
            {
                Criterion = parsed.GetValue(_criterion)!,
                Cap = PlanArguments.Cap(parsed.GetValue(_cap), targets),
            },
            Recalibrate = parsed.GetValue(_recalibrate),
            Images = parsed.GetValue(_images),
        };
        options.Check();
        if (!options.Recalibrate && !CriterionKind.Of(options.Plan).NeedsImages)
            parsed.Refuse("goes with --recalibrate, and a --criterion that is measured", _images);
        return options;
    }

    private IReadOnlyList<PlanTarget> Targets(ParseResult parsed, bool once)
    {
        var given = new List<PlanTarget>();
        if (parsed.GetValue(_macs) is { } macs)
            given.Add(new PlanTarget.Macs(macs));
        if (parsed.GetValue(_parameters) is { } parameters)
            given.Add(new PlanTarget.Parameters(parameters));
        if (parsed.GetValue(_ratio) is { } ratio)
            given.Add(new PlanTarget.Ratio(ratio));
        var gone = parsed.GetValue(_gone);
        if (given.Count + (gone is null ? 0 : 1) != 1)
            throw new UsageException("Give exactly one of --macs, --params, --ratio and --gone.");
        var targets = gone is null ? Rounds(parsed, given[0], once) : Until(parsed, gone);
        return once && targets.Count > 1
            ? throw new UsageException(
                $"--schedule early-bird cuts once, not in {targets.Count} rounds; take --schedule ortho for more."
            )
            : targets;
    }

    private IReadOnlyList<PlanTarget> Rounds(ParseResult parsed, PlanTarget target, bool once)
    {
        var rounds = once && !parsed.Has(_rounds) ? 1 : parsed.GetValue(_rounds);
        if (rounds is < 1 or > 100)
            throw new UsageException($"--rounds is {rounds}, but must be from 1 to 100.");
        if (target is not PlanTarget.Ratio)
            parsed.Refuse("goes with --ratio", _order);
        return RoundTargets.Of(target, rounds, parsed.GetValue(_order) == "published");
    }

    private IReadOnlyList<PlanTarget> Until(ParseResult parsed, string gone)
    {
        parsed.Refuse("does not go with --gone, which says what each round reaches", _rounds, _order);
        return RoundTargets.Until([
            .. gone.Split(',')
                .Select(t =>
                    double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
                        ? share
                        : throw new UsageException(
                            $"--gone {gone}: '{t}' is no number; give shares, as in 0.1,0.5,0.8."
                        )
                ),
        ]);
    }
}
