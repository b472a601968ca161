using System.Text.Json.Serialization;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Why so many units of a group stay: data, of which <see cref="ToString"/> makes a sentence.</summary>
/// <param name="Kind">What decided.</param>
[JsonConverter(typeof(Converter))]
public sealed partial record PlanReason(PlanReasonKind Kind)
{
    /// <summary>How many units were to stay before minimum and rounding; null where nothing was counted.</summary>
    public int? Wanted { get; init; }

    /// <summary>How many stay; null where nothing was counted.</summary>
    public int? Width { get; init; }

    /// <summary>The multiple that the number was rounded up to; null where it was not.</summary>
    public int? Multiple { get; init; }

    /// <summary>The share of the layer's most important unit that was the limit, in (0, 1].</summary>
    public double? Share { get; init; }

    /// <summary>What a layer says that needs all channels, or what an earlier version wrote.</summary>
    public string? Text { get; init; }

    /// <summary>Why a group stays that its network keeps whole.</summary>
    /// <param name="frozen">What the network says.</param>
    public static PlanReason Of(FrozenReason frozen) =>
        frozen.Kind switch
        {
            FrozenKind.Output => new(PlanReasonKind.Output),
            FrozenKind.Input => new(PlanReasonKind.Input),
            _ => new(PlanReasonKind.Layer) { Text = frozen.Because },
        };

    /// <summary>The reason in words, without a capital or a full stop.</summary>
    public override string ToString() =>
        Kind switch
        {
            PlanReasonKind.Output => $"{new FrozenReason(FrozenKind.Output)}",
            PlanReasonKind.Input => $"{new FrozenReason(FrozenKind.Input)}",
            PlanReasonKind.Layer => $"{new FrozenReason(FrozenKind.Layer, Text)}",
            PlanReasonKind.Spared => "asked to be kept",
            PlanReasonKind.SelectedFrom => "layers select their channels from it",
            PlanReasonKind.NoScales => "no BatchNorm scale to judge by",
            PlanReasonKind.NoWeights => "no weights to judge by",
            PlanReasonKind.NotMeasured => "nothing was measured of it to judge by",
            PlanReasonKind.Threshold => Counted("above the threshold"),
            PlanReasonKind.ShareOfLargest => Counted(OfLargest, "are "),
            PlanReasonKind.Emptied => Width == 1
                ? "would be emptied; the most important stays"
                : $"would be emptied; the {Width} most important stay",
            PlanReasonKind.Silent => IsMoved
                ? $"{Wanted} contribute something; {Width} stay"
                : "the others contribute nothing",
            PlanReasonKind.Asked => IsMoved ? $"{Wanted} asked for, {Width} stay" : $"{Wanted} asked for",
            PlanReasonKind.NotAsked => "no number was asked for; all stay",
            PlanReasonKind.Given => "these were asked for",
            PlanReasonKind.Whole => "all stay",
            PlanReasonKind.LeastLoss => "the least loss for that time",
            PlanReasonKind.AtRandom => "at random",
            PlanReasonKind.Unread => "no layer reads the others any more",
            _ => Text ?? "",
        };

    private string OfLargest => FormattableString.Invariant($"{Share:0.####%} or more of the layer's largest");

    private bool IsMoved => Wanted != Width;

    private string Counted(string what, string verb = "") =>
        !IsMoved ? what
        : Multiple is { } multiple ? $"{Wanted} {verb}{what}, rounded to a multiple of {multiple}"
        : $"{Wanted} {verb}{what}, at least {Width} stay";
}
