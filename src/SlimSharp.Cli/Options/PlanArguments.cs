using System.CommandLine;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>How much to cut, what to spare, and what channels are judged by.</summary>
internal sealed class PlanArguments
{
    private readonly Option<double?> _ratio = new("--ratio")
    {
        Description = "Share of all scales to cut, by the published strict rule.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _macs = new("--macs")
    {
        Description = "Cut until at most this share of multiply-adds is left.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _parameters = new("--params")
    {
        Description = "Cut until at most this share of parameters is left.",
        HelpName = "SHARE",
    };
    private readonly Option<double?> _below = new("--below")
    {
        Description = "Cut in every layer what is below this share of the layer's largest importance.",
        HelpName = "SHARE",
    };
    private readonly Option<string[]> _channels = new("--layer-widths")
    {
        Description =
            "Channels that stay in a layer, for every layer that is to be cut: conv1=16, or block1*=32 for all whose names begin so. Other layers stay whole.",
        HelpName = "LAYER=N",
    };
    private readonly Option<bool> _zeros = new("--zeros")
    {
        Description =
            "Cut exactly what contributes nothing: channels of zero scale or zero weight in all readers, and branches that are constant.",
    };
    private readonly Option<bool> _emptyBlocks = new("--empty-blocks")
    {
        Description =
            "Let whole blocks go whose inner layer has nothing above the threshold, instead of keeping a channel.",
    };
    private readonly Option<bool> _dropShifts = new("--drop-shifts")
    {
        Description = "Drop the constants that such blocks add, too; what that costs is reported.",
    };
    private readonly Option<bool> _perLayer = new("--per-layer") { Description = "Apply the ratio within each layer." };
    private readonly Option<int> _least = new("--min-channels")
    {
        Description = "Channels that stay in every layer at least.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };
    private readonly Option<int> _round = new("--round-to")
    {
        Description = "Round widths up to a multiple.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };
    private readonly Option<string?> _cap = new("--cap")
    {
        Description =
            "The most that may go of a layer, such as 0.95: of n channels ⌊(1 − share)·n⌋ + 1 stay, the most important; with ,published behind it the last, as in OrthoReg's released code.",
        HelpName = "SHARE",
    };
    private readonly Option<string[]> _keep = new("--keep")
    {
        Description = "Layers not to cut: names, or beginnings followed by *.",
        HelpName = "LAYER",
    };
    private readonly Option<string> _constants = Choices.Choice(
        "--constants",
        "What becomes of the constants that cut channels leave: drop (as published), or fold into the next layer where exact.",
        "drop",
        "fold"
    );
    private readonly Option<string> _trunk = Choices.Choice(
        "--trunk",
        "How what several layers read is cut: coupled, everywhere together; or selection, each reader selects its own (as published).",
        "coupled",
        "selection"
    );
    private readonly Option<string> _reduction = Choices.Choice(
        "--coupled-by",
        "Importance of coupled channels: max, mean or sum of theirs.",
        "max",
        "mean",
        "sum"
    );
    private readonly Option<string> _criterion = Choices.Choice(
        "--criterion",
        $"What channels are judged by: {string.Join("; ", CriterionKind.All.Select(k => $"{k.Name}, {k.Title}"))}.",
        [.. CriterionKind.All.Select(k => k.Name)]
    );
    private readonly Option<bool?> _normalized = new("--normalized")
    {
        Description =
            "Compare layers by importance over its mean in the layer; by default only where filters are judged and the network has no BatchNorm scales.",
    };
    private readonly Option<string> _groupNorm = GroupNormOption.Create();
    private readonly Option<long> _seed = new("--seed")
    {
        Description = "What random importance, random controls and candidates are functions of.",
        HelpName = "N",
    };

    internal void AddTo(Command command)
    {
        foreach (
            var option in (Option[])
                [
                    _ratio,
                    _macs,
                    _parameters,
                    _below,
                    _channels,
                    _zeros,
                    _emptyBlocks,
                    _dropShifts,
                    _perLayer,
                    _least,
                    _cap,
                    _round,
                    _keep,
                    _constants,
                    _trunk,
                    _reduction,
                    _criterion,
                    _normalized,
                    _groupNorm,
                    _seed,
                ]
        )
            command.Add(option);
    }

    /// <summary>The options that were given.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="milliseconds">A latency that was asked for as well.</param>
    internal PlanOptions Get(ParseResult parsed, double? milliseconds = null)
    {
        var target = Target(parsed, milliseconds);
        var options = new PlanOptions
        {
            Target = target,
            EmptyBlocks = parsed.GetValue(_emptyBlocks),
            DropShifts = parsed.GetValue(_dropShifts),
            MinChannels = parsed.GetValue(_least),
            Cap = Cap(parsed.GetValue(_cap), [target]),
            RoundTo = parsed.GetValue(_round),
            Keep = [.. parsed.GetValue(_keep) ?? []],
            Trunk = parsed.GetValue(_trunk) == "selection" ? Trunk.Selection : Trunk.Coupled,
            Reduction = parsed.GetValue(_reduction) switch
            {
                "mean" => ImportanceReduction.Mean,
                "sum" => ImportanceReduction.Sum,
                _ => ImportanceReduction.Max,
            },
            Constants = parsed.GetValue(_constants) == "fold" ? ConstantTreatment.Fold : ConstantTreatment.Drop,
            Criterion = parsed.GetValue(_criterion)!,
            Normalized = parsed.GetValue(_normalized),
            GroupNormScales = GroupNormOption.AreScales(parsed, _groupNorm),
            Seed = parsed.GetValue(_seed),
        };
        options.Check();
        return options;
    }

    /// <summary>What --cap says; null where it is not given.</summary>
    /// <exception cref="UsageException">
    /// It is no cap, or a share of all channels that is asked for is above it.
    /// </exception>
    internal static RemovalCap? Cap(string? text, IEnumerable<PlanTarget> targets)
    {
        if (text is null)
            return null;
        try
        {
            var cap = RemovalCap.Parse(text);
            var asked = targets.OfType<PlanTarget.Ratio>().Select(r => r.Share).DefaultIfEmpty(0).Max();
            return asked <= cap.Share
                ? cap
                : throw new UsageException(
                    $"--cap lets at most {Words.Percent(cap.Share)} of a layer go, so that {Words.Percent(asked)} of all channels cannot go; ask for less, or give another cap."
                );
        }
        catch (FormatException e)
        {
            throw new UsageException($"--cap: {e.Message}");
        }
    }

    private PlanTarget Target(ParseResult parsed, double? milliseconds)
    {
        var perLayer = parsed.GetValue(_perLayer);
        var given = new List<PlanTarget>();
        if (parsed.GetValue(_ratio) is { } ratio)
            given.Add(new PlanTarget.Ratio(ratio, perLayer));
        if (parsed.GetValue(_macs) is { } macs)
            given.Add(new PlanTarget.Macs(macs));
        if (parsed.GetValue(_parameters) is { } parameters)
            given.Add(new PlanTarget.Parameters(parameters));
        if (parsed.GetValue(_below) is { } below)
            given.Add(new PlanTarget.Below(below));
        if (parsed.GetValue(_channels) is { Length: > 0 } channels)
            given.Add(ChannelCounts.Read(channels));
        if (milliseconds is { } most)
            given.Add(new PlanTarget.Latency(most));
        if (parsed.GetValue(_zeros))
            given.Add(new PlanTarget.Zeros());
        if (given is not [var target])
            throw new UsageException(
                "Give exactly one of --ratio, --macs, --params, --below, --layer-widths, --latency, --speedup and --zeros."
            );
        if (perLayer && target is not PlanTarget.Ratio)
            throw new UsageException("--per-layer goes with --ratio.");
        return target;
    }
}
