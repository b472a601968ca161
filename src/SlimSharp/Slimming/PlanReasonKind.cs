namespace SlimSharp.Slimming;

/// <summary>What decided how many units of a group stay.</summary>
public enum PlanReasonKind
{
    /// <summary>Of a plan of an earlier version, which kept only the sentence: <see cref="PlanReason.Text"/>.</summary>
    Unnamed,

    /// <summary>Its channels are an output of the network.</summary>
    Output,

    /// <summary>Its channels are an input of the network.</summary>
    Input,

    /// <summary>A layer needs all of them; <see cref="PlanReason.Text"/> is what it says.</summary>
    Layer,

    /// <summary>It is among <see cref="PlanOptions.Keep"/>, or its cut was undone.</summary>
    Spared,

    /// <summary>Layers select their channels from it.</summary>
    SelectedFrom,

    /// <summary>There is no BatchNorm scale to judge by.</summary>
    NoScales,

    /// <summary>There are no weights to judge by.</summary>
    NoWeights,

    /// <summary>Nothing was measured of it to judge by.</summary>
    NotMeasured,

    /// <summary>What goes is not more important than the plan's threshold.</summary>
    Threshold,

    /// <summary>What stays is at least <see cref="PlanReason.Share"/> of the layer's most important.</summary>
    ShareOfLargest,

    /// <summary>Nothing would have stayed, so the most important do.</summary>
    Emptied,

    /// <summary>What goes contributes nothing.</summary>
    Silent,

    /// <summary>A number was asked for.</summary>
    Asked,

    /// <summary>Numbers were asked for, but none for this group.</summary>
    NotAsked,

    /// <summary>These very ones were asked for.</summary>
    Given,

    /// <summary>Cutting it does not pay.</summary>
    Whole,

    /// <summary>Of all numbers that reach the target, these lose the least.</summary>
    LeastLoss,

    /// <summary>As many as in another plan, chosen at random.</summary>
    AtRandom,

    /// <summary>No layer reads the others any more.</summary>
    Unread,
}
