using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Options that ask how well a criterion foresees what random groups of channels are worth.</summary>
internal sealed class GroupArguments
{
    /// <summary>What the mean correlation is called among measures.</summary>
    internal const string Measure = "group correlation";

    private readonly Option<int?> _groups = new("--groups")
    {
        Description =
            "Remove so many random groups of channels from every layer, one at a time: does the sum of their importances by --criterion foresee what the loss does?",
        HelpName = "N",
    };
    private readonly Option<string> _criterion = Choices.Choice(
        "--criterion",
        "What --groups judges channels by, as in slim prune.",
        [.. CriterionKind.All.Select(k => k.Name)]
    );
    private readonly Option<int> _images = new("--images")
    {
        Description = "Images that --groups measures on.",
        DefaultValueFactory = _ => 512,
        HelpName = "N",
    };

    /// <summary>The option without which the others say nothing.</summary>
    internal Option Groups => _groups;

    internal void AddTo(Command command)
    {
        command.Add(_groups);
        command.Add(_criterion);
        command.Add(_images);
    }

    internal bool IsAsked(ParseResult parsed) => parsed.Has(_groups);

    /// <summary>Refuses numbers that make no sense.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    internal void Check(ParseResult parsed)
    {
        if (!IsAsked(parsed))
            parsed.Refuse("goes with --groups", _criterion, _images);
        if (parsed.GetValue(_groups) is < 2 or > 10_000)
            throw new UsageException($"--groups is {parsed.GetValue(_groups)}, but must be from 2 to 10,000.");
        if (parsed.GetValue(_images) < 2)
            throw new UsageException($"--images is {parsed.GetValue(_images)}, but must be 2 or more.");
    }

    /// <summary>Measures a file, and shows it; null if nobody asked.</summary>
    internal GroupMeasures? Show(ParseResult parsed, Screen screen, string path, SlimFile file, TrainAndTest sets)
    {
        if (parsed.GetValue(_groups) is not { } count)
            return null;
        var judged = new PlanOptions { Target = new PlanTarget.Ratio(0), Criterion = parsed.GetValue(_criterion)! };
        var measures = GroupMeasures.Measure(screen, path, file, sets, judged, parsed.GetValue(_images), count);
        GroupView.Show(screen, measures);
        return measures;
    }
}
